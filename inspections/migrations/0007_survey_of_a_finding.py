"""A finding knows its survey: what surveys come to is read from one index, in its order, without going to the photos."""

import django.db.models.deletion
from django.db import migrations, models


def take_from_photos(apps, schema_editor):
    finding, image = apps.get_model("inspections", "Finding"), apps.get_model("inspections", "SurveyImage")
    survey = image.objects.filter(pk=models.OuterRef("image")).values("survey")
    finding.objects.update(survey=models.Subquery(survey))


class Migration(migrations.Migration):
    dependencies = [("inspections", "0006_speed")]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="survey",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="findings",
                to="inspections.survey",
            ),
        ),
        migrations.RunPython(take_from_photos, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="finding",
            name="survey",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="findings",
                to="inspections.survey",
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=[
                    "survey",
                    "verdict",
                    "decided_state",
                    "state",
                    "worst_state",
                    "image",
                    "id",
                    "number",
                    "risk",
                    "length_px",
                    "length_mm",
                    "orientation_deg",
                    "width_max_px",
                    "width_widest_px",
                    "widest_mm",
                    "widest_bound_mm",
                    "confidence",
                    "assignee",
                    "look_alikes",
                    "is_current",
                ],
                condition=models.Q(is_current=True),
                name="current_findings_by_survey",
            ),
        ),
    ]
