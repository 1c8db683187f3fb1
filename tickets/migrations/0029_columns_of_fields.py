import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0028_access")]

    operations = [
        migrations.AlterField(
            model_name="savedview",
            name="columns",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=50),
                blank=True,
                default=list,
                help_text="the usual ones if empty",
                size=None,
            ),
        ),
    ]
