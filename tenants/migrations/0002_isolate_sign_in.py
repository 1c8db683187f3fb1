"""Sessions and mail addresses of people belong to a tenant too: A's cookie is anonymous at B."""

from django.db import migrations

from tenants.operations import IsolateForeignTable


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0001_initial"),
        ("sessions", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        IsolateForeignTable("django_session"),
        IsolateForeignTable(
            "account_emailaddress",
            users="user_id",
            unique={"unique_verified_email": ("email", "verified")},
            sequence="account_emailaddress_id_seq",
        ),
        IsolateForeignTable("account_emailconfirmation", sequence="account_emailconfirmation_id_seq"),
        IsolateForeignTable(
            "usersessions_usersession",
            users="user_id",
            sequence="usersessions_usersession_id_seq",
        ),
    ]
