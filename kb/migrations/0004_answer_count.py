from django.db import migrations, models


class Migration(migrations.Migration):
    """How often an article was part of an answer."""

    dependencies = [("kb", "0003_near_count")]

    operations = [
        migrations.AddField(
            model_name="article",
            name="answer_count",
            field=models.PositiveIntegerField(default=0, help_text="answers of agents that carried its link"),
        ),
    ]
