from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0012_bounce_domains"),
    ]

    operations = [
        migrations.AddField(
            model_name="sender",
            name="hook_secret",
            field=models.TextField(
                blank=True,
                default="",
                help_text="what the provider signs with, sealed by tenants.sealing; none: signatures are not asked",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="sender",
            name="hook_refused_at",
            field=models.DateTimeField(null=True, help_text="when something was refused for its signature last"),
        ),
        migrations.AddField(
            model_name="sender",
            name="hook_refusal",
            field=models.CharField(blank=True, default="", help_text="what was wrong with it then", max_length=10),
            preserve_default=False,
        ),
    ]
