from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0023_macro_html")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="is_rude",
            field=models.BooleanField(
                db_default=False, default=False, help_text="a customer's, with words that the policy forbids"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("is_rude", True)), fields=["tenant", "ticket"], name="message_rude"),
        ),
    ]
