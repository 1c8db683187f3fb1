"""Addresses for those who write articles: names in the namespace `desk`."""

from django.urls import path

from kb.urls import ArticleNumber  # noqa: F401 - importing it registers the converter
from kb.views import desk, history, tables

urlpatterns = [
    path("", desk.articles, name="articles"),
    path("export.csv", tables.articles, name="export_articles"),
    path("new", desk.new, name="article_new"),
    path("preview", desk.preview, name="article_preview"),
    path("<article_number:number>", desk.edit, name="article_edit"),
    path("<article_number:number>/publish", desk.publish, name="article_publish"),
    path("<article_number:number>/archive", desk.archive, name="article_archive"),
    path("<article_number:number>/withdraw", desk.withdraw, name="article_withdraw"),
    path("<article_number:number>/versions", history.versions, name="article_versions"),
    path("<article_number:number>/versions/<uuid:version>/restore", history.restore, name="article_restore"),
]
