"""Mail as staff see it: part of the namespace `desk`."""

from django.urls import URLPattern, path

from inbox.views import bounced, incoming, mailboxes, notifications, outgoing, sender, shown, tables, templates

urlpatterns: list[URLPattern] = [
    path("", outgoing.mail, name="mail"),
    path("export.csv", tables.outgoing_mails, name="export_mail"),
    path("incoming/export.csv", tables.incoming_mails, name="export_incoming"),
    path("bounced/export.csv", tables.bounced_addresses, name="export_bounced"),
    path("mailboxes/export.csv", tables.mailboxes, name="export_mailboxes"),
    path("mine", notifications.mine, name="my_notifications"),
    path("templates", templates.overview, name="mail_templates"),
    path("templates/<slug:kind>/<slug:language>", templates.template, name="mail_template"),
    path("templates/<slug:kind>/<slug:language>/preview", templates.preview, name="mail_template_preview"),
    path("tickets/<int:number>", bounced.of_ticket, name="ticket_mail"),
    path("bounced", bounced.addresses, name="bounced"),
    path("sender", sender.settings, name="mail_sender"),
    path("sender/try", sender.try_out, name="mail_try"),
    path("sender/key", sender.make_key, name="mail_key"),
    path("sender/hooks", sender.renew_hooks, name="mail_hooks"),
    path("sender/hooks/signed", sender.sign_hooks, name="mail_hooks_signed"),
    path("sender/signing", sender.sign, name="mail_sign"),
    path("sender/records", sender.check_records, name="mail_records"),
    path("mailboxes", mailboxes.mailboxes, name="mailboxes"),
    path("mailboxes/new", mailboxes.new, name="new_mailbox"),
    path("mailboxes/<uuid:pk>/", mailboxes.mailbox, name="mailbox"),
    path("mailboxes/<uuid:pk>/switch", mailboxes.switch, name="mailbox_switch"),
    path("mailboxes/<uuid:pk>/look", mailboxes.look, name="mailbox_look"),
    path("mailboxes/<uuid:pk>/delete", mailboxes.delete, name="mailbox_delete"),
    path("incoming", incoming.mails, name="incoming"),
    path("incoming/<uuid:pk>/", incoming.mail, name="incoming_mail"),
    path("incoming/<uuid:pk>/html", shown.html, name="incoming_html"),
    path("incoming/<uuid:pk>/pictures", shown.html_with_pictures, name="incoming_html_pictures"),
    path("incoming/<uuid:pk>/raw", incoming.raw, name="incoming_raw"),
    path("incoming/<uuid:pk>/release", incoming.release, name="incoming_release"),
    path("incoming/<uuid:pk>/attach", incoming.attach, name="incoming_attach"),
    path("incoming/<uuid:pk>/discard", incoming.discard, name="incoming_discard"),
    path("messages/<uuid:pk>/", incoming.of_message, name="incoming_message"),
    path("<uuid:pk>/", outgoing.mail_detail, name="mail_detail"),
    path("<uuid:pk>/html", outgoing.mail_html, name="mail_html"),
    path("<uuid:pk>/send", outgoing.send_mail, name="mail_send"),
]
