"""What is kept beside the records it follows from, for findings that are older than these columns."""

from django.db import migrations, models


def stand_beside(apps, _schema_editor):
    """Fill what is kept beside the records it follows from: the latest verdict, and whose run is the latest."""
    Finding = apps.get_model("inspections", "Finding")
    Review = apps.get_model("inspections", "Review")
    Run = apps.get_model("inspections", "SegmentationRun")
    reviews = Review.objects.filter(finding=models.OuterRef("pk")).order_by("-sequence")
    Finding.objects.filter(reviews__isnull=False).update(
        verdict=models.Subquery(reviews.values("verdict")[:1]),
        reviews_count=models.Subquery(reviews.values("sequence")[:1]),
    )
    latest = Run.objects.filter(image=models.OuterRef("image"), status="succeeded").order_by("-created_at", "-pk")
    Finding.objects.exclude(run=models.Subquery(latest.values("pk")[:1])).update(is_current=False)


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0003_review"),
    ]

    operations = [
        migrations.RunPython(stand_beside, migrations.RunPython.noop),
    ]
