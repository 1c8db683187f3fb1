"""What customers see of mail: part of the namespace `portal`."""

from django.urls import URLPattern, path

from inbox.views import bounced, hooks, stopping

urlpatterns: list[URLPattern] = [
    path("my-mail/", bounced.mine, name="my_mail"),
    path("my-mail/<uuid:pk>/clear", bounced.clear, name="mail_clear"),
    path("mail-hooks/<str:token>/incoming", hooks.incoming, name="mail_hook_incoming"),
    path("mail-hooks/<str:token>/news", hooks.news, name="mail_hook_news"),
    path("stop-mail/<str:token>/", stopping.stop, name="mail_stop"),
]
