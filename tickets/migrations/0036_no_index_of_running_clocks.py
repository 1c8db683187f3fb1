from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tickets", "0035_rating_history")]

    operations = [
        # Nothing asks by it: lists go by the ticket's due time, the sweep by the alarms. Every move of a deadline paid.
        migrations.RemoveIndex(model_name="clock", name="clock_running"),
    ]
