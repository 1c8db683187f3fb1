"""What was said with a rating stands in the rating, where it can be forgotten, and no longer in events."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0034_complaint_files")]

    operations = [
        migrations.AddField(
            "rating",
            "history",
            models.JSONField(blank=True, default=list, help_text="scores and comments as they were given, in order"),
        ),
    ]
