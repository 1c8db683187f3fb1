"""Announcements that were taken back: what the status page shows no more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_status_page")]

    operations = [
        migrations.AddField(
            "announcement",
            "withdrawn_at",
            models.DateTimeField(null=True, help_text="when it was taken back: nobody reads it any more"),
        ),
    ]
