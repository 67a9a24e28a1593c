"""What lists and counts of findings read, in one index: a row itself also holds the line and the mask, kilobytes of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0005_drawing")]

    operations = [
        migrations.RemoveIndex(model_name="segmentationrun", name="run_by_image_latest_first"),
        migrations.AddIndex(
            model_name="segmentationrun",
            index=models.Index(fields=["image", "-created_at", "-id", "status"], name="run_by_image_latest_state"),
        ),
        migrations.RemoveIndex(model_name="finding", name="undecided_by_photo_and_risk"),
        migrations.RemoveIndex(model_name="finding", name="current_by_photo_and_verdict"),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=[
                    "image",
                    "verdict",
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
                    "state",
                    "worst_state",
                    "decided_state",
                    "assignee",
                    "look_alikes",
                    "is_current",
                ],
                condition=models.Q(is_current=True),
                name="current_findings_in_short",
            ),
        ),
    ]
