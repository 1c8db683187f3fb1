"""Indexes for lists of active tickets by state, change and company, and for all tickets by due time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0024_rude_messages"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("is_active", True)),
                fields=["tenant", "status", "-updated_at", "number"],
                name="ticket_active_status",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("is_active", True)),
                fields=["tenant", "-updated_at", "number"],
                name="ticket_active_updated",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("is_active", True)),
                fields=["tenant", "organization", "number"],
                name="ticket_active_organization",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["tenant", "due_at", "number"], name="ticket_due"),
        ),
    ]
