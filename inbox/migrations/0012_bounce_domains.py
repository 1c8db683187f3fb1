from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import tenants.fields
from tenants.operations import ReadByAll


def enter_domains(apps: Any, editor: Any) -> None:
    """Domains that senders have already."""
    domain = apps.get_model("inbox", "BounceDomain")
    for sender in apps.get_model("inbox", "Sender").objects.filter(return_path="domain").exclude(bounce_domain=""):
        domain.objects.create(domain=sender.bounce_domain.lower(), tenant_id=sender.tenant_id)


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0011_sender_hooks"),
        ("tenants", "0012_complaint_label"),
    ]

    operations = [
        migrations.CreateModel(
            name="BounceDomain",
            fields=[
                (
                    "id",
                    models.UUIDField(default=tenants.fields.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("domain", models.CharField(help_text="in lower case", max_length=253)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("domain", "tenant"), name="one_bounce_domain_a_tenant")
                ],
            },
        ),
        ReadByAll("BounceDomain"),
        migrations.RunPython(enter_domains, migrations.RunPython.noop),
    ]
