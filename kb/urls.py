"""Addresses of the knowledge base: namespace `kb`."""

from django.urls import path, register_converter

from kb.views import portal


class ArticleNumber:
    """A number with any zeros before it; written with six digits, as in /kb/article/000032."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """Python refuses absurdly long ones with a ValueError, which is a 404 here."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Six digits or more."""
        return f"{int(value):06d}"


register_converter(ArticleNumber, "article_number")

app_name = "kb"
urlpatterns = [
    path("", portal.home, name="home"),
    path("search", portal.search, name="search"),
    path("category/<slug:key>/", portal.category, name="category"),
    path("kind/<slug:kind>/", portal.kind, name="kind"),
    path("article/<article_number:number>", portal.article, name="article"),
    path("article/<article_number:number>/", portal.article),
    path("article/<article_number:number>/print", portal.print_view, name="print"),
    path("article/<article_number:number>/vote", portal.vote, name="vote"),
    path("article/<article_number:number>/solved", portal.solved, name="solved"),
]
