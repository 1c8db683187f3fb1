import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import tenants.context
import tenants.fields
from tenants.operations import IsolateTenant


class Migration(migrations.Migration):
    """Who changed what: rows that the app may write and read, and neither change nor delete."""

    dependencies = [("tenants", "0002_isolate_sign_in")]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=tenants.fields.UUIDv7(),
                        default=tenants.fields.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("act", models.CharField(max_length=40)),
                ("subject", models.UUIDField(help_text="the row that was changed; it may be gone")),
                ("subject_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "before",
                    models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                (
                    "after",
                    models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                (
                    "actor",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="none: the command line",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenants.context.active_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "subject", "-id"], name="audit_subject")],
            },
        ),
        IsolateTenant("AuditEntry", append_only=("AuditEntry",)),
    ]
