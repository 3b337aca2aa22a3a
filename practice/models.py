"""A small social network of our own. It stands for an external server, so it knows no municipality and no user.

Counters of a status or account are stored on it. They are at least the number of rows (`Like`, `Boost`, `Follow`); the
rest is the *crowd*: an audience that is only counted, so that a page can have eight thousand followers without eight
thousand accounts (`practice.domain.crowd`).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from practice import imitations
from practice.enums import AccountKind, NoticeKind, Visibility
from practice.imitations import Imitation


class Account(models.Model):
    """A page (speaks through the client API) or a citizen (a trainee plays them in the browser, without a password)."""

    kind = models.CharField(max_length=8, choices=AccountKind)
    username = models.CharField(max_length=30, unique=True)
    display_name = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)
    hue = models.PositiveSmallIntegerField(default=0)
    network = models.CharField(
        max_length=20, blank=True
    )  # of a page: a key of `practice.imitations`, "" an ordinary one
    followers_count = models.PositiveIntegerField(default=0)
    following_count = models.PositiveIntegerField(default=0)
    statuses_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="username_is_plain", condition=Q(username__regex=r"^[a-z0-9_]{1,30}$")),
            models.CheckConstraint(name="only_pages_imitate", condition=Q(network="") | Q(kind=AccountKind.PAGE)),
        ]

    def __str__(self) -> str:
        return f"@{self.username}"

    @property
    def imitation(self) -> Imitation:
        return imitations.of(self.network)


class Status(models.Model):
    """A status. Ids grow with time: pages of the feed and of the API are cut by them.

    `root` is the status at the top of a thread, so that a thread is one query. A status with `hidden_at` is seen by its
    author and by the page below whose post it stands (`practice.queries.unseen`).

    `readers` are the ids of the accounts that may see a private message, its author's among them, in ascending order;
    None: everybody. They are fixed when it is written. Messages with the same readers are one conversation.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="statuses")
    in_reply_to = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    root = models.ForeignKey("self", models.CASCADE, null=True, related_name="thread")
    readers = ArrayField(models.BigIntegerField(), null=True)
    # only of pages whose network has one (`Imitation.has_title`)
    title = models.CharField(max_length=300, blank=True, db_default="")
    text = models.TextField()
    language = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    likes_count = models.PositiveIntegerField(default=0)
    boosts_count = models.PositiveIntegerField(default=0)
    replies_count = models.PositiveIntegerField(default=0)
    # {"options": ["…"], "multiple": false, "ends_at": "2026-…"}
    poll = models.JSONField(null=True)
    hidden_at = models.DateTimeField(null=True)
    pinned_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # the home feed, newest first
            models.Index(fields=["-id"], name="practice_feed", condition=Q(in_reply_to__isnull=True)),
            # a page's own posts
            models.Index(fields=["account", "-id"], name="practice_account_feed"),
            models.Index(fields=["root"], name="practice_hidden", condition=Q(hidden_at__isnull=False)),
            models.Index(fields=["readers", "-id"], name="practice_private", condition=Q(readers__isnull=False)),
        ]
        constraints = [
            # a post of one's own is deleted, not hidden
            models.CheckConstraint(name="only_comments_hide", condition=Q(hidden_at=None) | Q(root__isnull=False)),
            models.CheckConstraint(
                name="private_is_not_for_all",
                condition=Q(readers=None) | Q(hidden_at=None, pinned_at=None, boosts_count=0),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def visibility(self) -> Visibility:
        return Visibility.PUBLIC if self.readers is None else Visibility.DIRECT


class Conversation(models.Model):
    """A private conversation in the list of one of its people. Its messages are the statuses with the same `readers`.

    `read_up_to` is the id of the last status that was read, 0 where none was.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="conversations")
    readers = ArrayField(models.BigIntegerField())
    read_up_to = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_conversation_each", fields=["account", "readers"])]

    def __str__(self) -> str:
        return f"{self.account_id} among {self.readers}"


class StatusEdit(models.Model):
    """What a status said before an edit; `created_at` is since when it said so."""

    status = models.ForeignKey(Status, models.CASCADE, related_name="edits")
    title = models.CharField(max_length=300, blank=True, db_default="")
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Media(models.Model):
    """A picture, re-encoded. `token` is its unguessable name; without a status it waits to be attached."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    status = models.ForeignKey(Status, models.CASCADE, null=True, related_name="media")
    position = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(max_length=40, unique=True)
    file = models.FileField(upload_to="practice/", max_length=200)
    mime = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # the average colour, which programs show until the picture is there (`practice.pictures.blurhash`)
    blurhash = models.CharField(max_length=6, blank=True)
    description = models.CharField(max_length=1500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.description[:60] or self.token


class Reaction(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    status = models.ForeignKey(Status, models.CASCADE, related_name="%(class)ss")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(name="one_%(class)s_each", fields=["account", "status"])]


class Like(Reaction):
    def __str__(self) -> str:
        return f"{self.account_id} likes {self.status_id}"


class Boost(Reaction):
    def __str__(self) -> str:
        return f"{self.account_id} shares {self.status_id}"


class Bookmark(Reaction):
    """Known to its account only."""

    def __str__(self) -> str:
        return f"{self.account_id} keeps {self.status_id}"


class Vote(models.Model):
    """One answer of a citizen to a poll; `choice` counts from 0."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    status = models.ForeignKey(Status, models.CASCADE, related_name="votes")
    choice = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_vote_each", fields=["status", "account", "choice"])]

    def __str__(self) -> str:
        return f"{self.account_id} for {self.choice} of {self.status_id}"


class Follow(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    followed = models.ForeignKey(Account, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_follow_each", fields=["account", "followed"]),
            models.CheckConstraint(name="nobody_follows_themselves", condition=~Q(account=F("followed"))),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} follows {self.followed_id}"


class Notice(models.Model):
    """Something that happened to `account`, in the order of its ids. Mastodon calls it a notification."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=NoticeKind)
    actor = models.ForeignKey(Account, models.CASCADE, related_name="+")
    status = models.ForeignKey(Status, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="practice_notices")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.account_id}"


# ---- the doors of the client API


class App(models.Model):
    """A program that introduced itself. Secrets, codes and tokens are stored as hashes only."""

    client_id = models.CharField(max_length=64, unique=True)
    secret_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=60)
    website = models.CharField(max_length=200, blank=True)
    redirect_uris = models.JSONField(default=list)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A consent: its code is good once, for ten minutes, for one app and one address."""

    app = models.ForeignKey(App, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    redirect_uri = models.CharField(max_length=300)
    scopes = models.JSONField(default=list)
    challenge = models.CharField(max_length=128, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.app_id} for {self.account_id}"


class Token(models.Model):
    app = models.ForeignKey(App, models.CASCADE, related_name="tokens")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    grant = models.ForeignKey(Grant, models.CASCADE, null=True, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.app_id} as {self.account_id}"


class RememberedKey(models.Model):
    """An Idempotency-Key and the status it made. The unique constraint is the lock between two equal requests."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    status = models.ForeignKey(Status, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_status_per_key", fields=["account", "key"])]

    def __str__(self) -> str:
        return self.key
