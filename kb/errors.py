"""Every "no" of the knowledge base that a person may read."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class ArticleChanged(Refused):
    """Somebody saved a newer version since this one was opened."""

    sentence = _(
        "%(author)s saved a newer version meanwhile. Your text is still in the form: "
        "compare it with the newest version, then save again."
    )
    code = "article_changed"


class EmptyArticle(Refused):
    """Without a title or without a body."""

    sentence = _("An article needs a title and a text. Write both, then save.")
    code = "article_empty"


class ArticleTooLong(Refused):
    """More text than search and pages stand."""

    sentence = _("This article is longer than %(most)s characters. Split it into several and link them.")
    code = "article_too_long"


class NothingToPublish(Refused):
    """Readers see the newest version already."""

    sentence = _("The newest version is published already. Change the text first.")
    code = "article_nothing_to_publish"


class NumberTaken(Refused):
    """Another article has the number."""

    sentence = _("The number %(number)s belongs to another article. Choose another one.")
    code = "article_number_taken"


class BadArticleFile(Refused):
    """A file of articles that can't be loaded."""

    sentence = _("%(file)s: %(problem)s")
    code = "article_file"
