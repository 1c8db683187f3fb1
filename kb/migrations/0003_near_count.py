from django.db import migrations, models


class Migration(migrations.Migration):
    """How often a request was filed although an article came close."""

    dependencies = [("kb", "0002_search")]

    operations = [
        migrations.AddField(
            model_name="article",
            name="near_count",
            field=models.PositiveIntegerField(default=0, help_text="requests whose sender named it as close"),
        ),
    ]
