"""Good practice: examples to learn from, maintained by a programme for its municipalities.

The built-in examples are a file (`exchange.built_in`) and no rows, so that the improved texts of a next release reach
every programme. A programme that changes one stores a copy, and it may switch one off.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import languages
from exchange.enums import ExampleShape, Purpose
from kits.models import in_interface_script
from municipalities.models import Programme
from posts.enums import Category

User = settings.AUTH_USER_MODEL
# English translations beside the Serbian texts. "text" is the post as it would read.
ENGLISH = ("name", "about", "text", "why", "watch", "alt")


class Example(models.Model):
    """One example. `content` is a draft in the shape of `posts.draft` whose words may hold `{{gaps}}`, `gaps` and
    `deadline` are those of `library.models.Template`; the example of each gap makes the post that is shown.

    Everything is in Serbian Cyrillic, `english` beside it where somebody wrote it. `starter` is the key of the built-in
    example that it replaces. `drawing` is the key of a drawing of ours; `picture`, a file, goes before it.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="examples")
    starter = models.SlugField(max_length=60, blank=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=14, choices=Purpose)
    shape = models.CharField(_("format"), max_length=14, choices=ExampleShape, default=ExampleShape.PICTURE)
    name = models.CharField(_("name"), max_length=120)
    about = models.CharField(_("when to use it"), max_length=300, blank=True)
    # follows from the purpose; a post that begins with the example gets it
    category = models.CharField(max_length=14, choices=Category, editable=False)
    content = models.JSONField(default=dict)
    gaps = models.JSONField(default=list)
    deadline = models.CharField(max_length=60, blank=True)
    # other wordings of the same call to action, for one's own text
    patterns = models.JSONField(default=list)
    why = models.TextField(_("why it works"), max_length=1000)
    watch = models.TextField(_("points to note"), max_length=1000, blank=True)
    # keys of `platforms.registry`
    networks = models.JSONField(default=list)
    english = models.JSONField(default=dict)
    drawing = models.SlugField(max_length=60, blank=True)
    picture = models.CharField(max_length=200, blank=True, editable=False)
    alt = models.CharField(_("description of the picture"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    search_key = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["programme", "position"], name="example_list", condition=Q(retired_at__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_example_for_a_built_in_one",
                fields=["programme", "starter"],
                condition=Q(retired_at__isnull=True) & ~Q(starter=""),
            )
        ]

    def __str__(self) -> str:
        return self.translated("name")

    @property
    def ref(self) -> str:
        """What stands in its address."""
        return str(self.pk or self.starter)

    @property
    def is_built_in(self) -> bool:
        return self.pk is None

    def translated(self, what: str) -> str:
        """One of `ENGLISH` but the text, in the reader's language and letters."""
        translated = self.english.get(what, "") if languages.current().text_variant == languages.ENGLISH else ""
        return translated or in_interface_script(getattr(self, what))

    @property
    def when(self) -> str:
        return self.translated("about")

    @property
    def reasons(self) -> str:
        return self.translated("why")

    @property
    def warnings(self) -> str:
        return self.translated("watch")

    @property
    def shows(self) -> str:
        return self.translated("alt")

    @property
    def translation(self) -> str:
        """The text of the post for readers of English. Empty for all others, and without a translation."""
        return self.english.get("text", "") if languages.current().text_variant == languages.ENGLISH else ""

    def _part(self, name: str) -> dict[str, Any]:
        return dict(self.content.get(name) or {})

    @property
    def call_kind(self) -> str:
        return str(self._part("call").get("kind", ""))

    @property
    def takes_part(self) -> str:
        return str(self._part("interactive").get("kind", ""))


class SwitchedOff(models.Model):
    """A built-in example that a programme does not show to its municipalities."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="+")
    key = models.SlugField(max_length=60)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="example_switched_off_once", fields=["programme", "key"])]

    def __str__(self) -> str:
        return self.key
