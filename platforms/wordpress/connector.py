"""A WordPress site as one of its users, who is let in by an application password (WordPress 5.6 or newer).

A post is first a draft, whose id is the checkpoint. Its publication is one request by that id, which makes the same
post public however often it is sent: there is never a second one.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from platforms import history
from platforms.defaults import Defaults
from platforms.errors import NeedsConsent, OutcomeUnknown, PlatformError, Rejected
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.translation import gettext_noop
from platforms.types import (
    Absent,
    Credential,
    FindResult,
    Found,
    Gone,
    Inconclusive,
    Limits,
    MetricValues,
    Outgoing,
    PastPost,
    PastPosts,
    Pending,
    PostMetrics,
    Problem,
    Profile,
    Published,
    Read,
    Ready,
    Scope,
)
from platforms.wordpress import content, site
from platforms.wordpress.calls import ACCESS, Calls
from platforms.wordpress.conversation import Conversation
from platforms.wordpress.facts import CATEGORY, OPTIONS, SCOPES, limits, problems

REMOVED = gettext_noop(
    "Somebody removed the portal's draft on the site. Check whether the post was public there before you send it again."
)
NOT_PUBLIC = gettext_noop("The server's answer is not a public post.")
FIELDS = "id,date_gmt,link,status,title,content,featured_media,_links,_embedded"
EDITED = {"context": "edit", "_fields": FIELDS, "_embed": "wp:featuredmedia"}
GONE = frozenset({"rest_post_invalid_id", "rest_already_trashed"})
PREPARED = frozenset({"draft", "pending", "auto-draft"})
PAGE, HISTORY_PAGE = 100, 20


class WordPress(Conversation, Defaults):
    """One user of one site. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "app_password"
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    measures: ClassVar[frozenset[str]] = frozenset({"replies"})
    account_measures: ClassVar[frozenset[str]] = frozenset({"posts"})
    own_names: ClassVar[Mapping[str, str]] = {"replies": "comments", "posts": "posts"}
    reads_back: ClassVar[bool] = True
    metrics_batch_size: ClassVar[int] = 10
    has_history: ClassVar[bool] = True
    # A late publication makes the draft public that `find` knows by its id, and WordPress refuses a second comment with
    # the same words in the same place (409 comment_duplicate).
    commit_window: ClassVar[timedelta] = timedelta(0)
    options: ClassVar[Mapping[str, Option]] = OPTIONS

    def wire(self) -> None:
        self.calls = Calls(self.http, str(self.facts.get("api") or f"{self.server}/wp-json/"), self.token)

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return site.address(typed)

    def fetch_facts(self) -> dict[str, Any]:
        facts = site.facts(self.http, self.server)
        self.calls = Calls(self.http, facts["api"], self.token)
        listed, _ = self.calls.listed("/categories", per_page=PAGE, orderby="count", order="desc", _fields="id,name")
        categories = [{"id": int(one["id"]), "name": unescape(str(one.get("name") or ""))} for one in listed]
        return facts | {"categories": sorted(categories, key=lambda one: str(one["name"]).casefold())}

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        token = f"{answer['identifier'].strip().removeprefix('@')}:{answer['password'].strip()}"
        self.calls = Calls(self.http, self.calls.root.removesuffix("wp/v2"), token)
        try:
            me = self._me()
        except NeedsConsent as refused:
            if refused.is_permission:
                raise
            raise Rejected(refused.message, field="password", code="site_sign_in", evidence=refused.evidence) from None
        able = me.get("capabilities")
        granted = [scope.name for scope in SCOPES if isinstance(able, Mapping) and able.get(scope.name) is True]
        # "read": known, though it may be all that was granted.
        return Credential(token, account_id=str(me.get("id") or ""), scopes=("read", *granted))

    def _me(self) -> dict[str, Any]:
        return self.calls.entity("/users/me", context="edit")

    def profile(self) -> Profile:
        me, home = self._me(), str(self.facts.get("home") or self.server)
        name = str(self.facts.get("name") or me.get("name") or "")
        icon = str(self.facts.get("site_icon_url") or "")
        return Profile(str(me.get("id") or ""), f"@{me.get('username') or ''}", name, home, icon)

    def revoke(self, *, shared: bool = False) -> None:
        passwords = "/users/me/application-passwords"
        used = self.calls.entity(f"{passwords}/introspect")
        self.calls.private("DELETE", f"{passwords}/{used['uuid']}")

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        return problems(outgoing, limits)

    def publish(self, outgoing: Outgoing, read: Read) -> Published:
        if outgoing.reply_to:
            return self.comment(outgoing)
        media = [self._upload(f"{outgoing.key[:12]}-{place}", one.mime, read(one.ref), one.alt)
                 for place, one in enumerate(outgoing.pictures, 1)]  # fmt: skip
        further = media[1:]
        if outgoing.video:
            with read.open(outgoing.video.ref) as film:
                further.insert(0, self._upload(outgoing.key[:12], outgoing.video.mime, film, ""))
        html = content.paragraphs(outgoing.text) + content.figures(further)
        draft: dict[str, Any] = {"status": "draft", "title": content.inline(outgoing.heading), "content": html}
        if media:
            draft["featured_media"] = media[0]["id"]
        if category := outgoing.settings.get(CATEGORY, ""):
            draft["categories"] = [int(category)]
        held = self.calls.private("POST", "/posts", json=draft)
        token = str(held["id"])
        self.save_checkpoint(token)
        return self.finish(outgoing, Pending(token), read)

    def _upload(self, name: str, mime: str, file: Any, alt: str) -> dict[str, Any]:
        files = {"file": (f"{name}.{mime.rsplit('/', 1)[-1]}", file, mime)}
        return self.calls.private("POST", "/media", files=files, data={"alt_text": alt})

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published:
        post = self.calls.public("POST", f"/posts/{pending.token}", json={"status": "publish"})
        if post.get("status") != "publish" or str(post.get("id")) != pending.token:
            raise OutcomeUnknown(NOT_PUBLIC, {"status": str(post.get("status"))})
        return content.published(post)

    def check_status(self, pending: Pending) -> Published | Ready:
        state = self._held(pending)
        if isinstance(state, Inconclusive):
            raise Rejected(REMOVED)
        return state if isinstance(state, Ready) else state.published

    def resume(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published:
        state = self.check_status(pending)
        return self.finish(outgoing, pending, read) if isinstance(state, Ready) else state

    def _held(self, checkpoint: Pending) -> Found | Ready | Inconclusive:
        post = self._post(checkpoint.token)
        if post and post.get("status") in PREPARED:
            return Ready(checkpoint.token)
        if not post or post.get("status") != "publish":
            return Inconclusive("somebody removed it on the site, before or after it was public")
        first = [one for one in (post.get("_embedded") or {}).get("wp:featuredmedia") or () if isinstance(one, dict)]
        inside = re.findall(r'<img [^<>]*alt="([^"<>]*)"', content.written(post, "content"))
        alts = [str(one.get("alt_text") or "") for one in first[:1]] + [content.plain(alt) for alt in inside]
        return Found(content.published(post), tuple(alts))

    def _post(self, remote_id: str) -> dict[str, Any] | None:
        """None where the site says that it does not exist."""
        try:
            return self.calls.entity(f"/posts/{remote_id}", **EDITED)
        except Rejected as refused:
            if refused.code == "rest_post_invalid_id":
                return None
            raise

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        if outgoing.reply_to:
            return self.among_comments(outgoing, since, bound)
        # Nothing becomes public before its draft is saved as the checkpoint.
        return self._held(checkpoint) if checkpoint else Absent()

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """Only short links contain the id; what the address bar shows does not."""
        parts, home = urlsplit(link.strip()), urlsplit(server)
        number = (parse_qs(parts.query).get("p") or [""])[0]
        is_here = (parts.netloc.lower(), parts.path.rstrip("/")) == (home.netloc, home.path)
        return number if is_here and number.isascii() and number.isdigit() else None

    def edit(self, remote_id: str, outgoing: Outgoing) -> Published:
        """Pictures and videos stay as they are on the site; where as many are sent, their descriptions change."""
        post = self.calls.entity(f"/posts/{remote_id}", **EDITED)
        html = content.written(post, "content")
        first = content.MEDIA.search(html)
        kept, numbers = f"\n\n{html[first.start() :]}" if first else "", content.MEDIA.findall(html)
        alts = [picture.alt for picture in outgoing.pictures]
        if post.get("featured_media") and alts:
            self._describe(str(post["featured_media"]), alts[0])
        if outgoing.video:
            alts.insert(1, "")
        if len(numbers) == len(alts) - 1 > 0 or (outgoing.video and numbers and not outgoing.pictures):
            further = alts[1:] if outgoing.pictures else alts
            kept = content.figures(self._describe(*pair) for pair in zip(numbers, further, strict=True))
        body = {"title": content.inline(outgoing.heading), "content": content.paragraphs(outgoing.text) + kept}
        return content.published(self.calls.public("POST", f"/posts/{remote_id}", json=body))

    def _describe(self, number: str, alt: str) -> dict[str, Any]:
        return self.calls.private("POST", f"/media/{number}", json={"alt_text": alt})

    def withdraw(self, remote_id: str) -> None:
        if "/" in remote_id:
            self.remove(remote_id, "")
            return
        post = self._post(remote_id)
        if post is None:
            return
        try:
            self.calls.private("DELETE", f"/posts/{remote_id}")
        except PlatformError as refused:
            code = refused.evidence.get("code")
            if code == "rest_trash_not_supported":
                self.calls.private("DELETE", f"/posts/{remote_id}", params={"force": "true"})
            elif code not in GONE:
                raise
        self._delete_files(post)

    def _delete_files(self, post: Mapping[str, Any]) -> None:
        """Files stay reachable when their post is in the trash. Those of other users are not ours to delete."""
        inside = content.MEDIA.findall(content.written(post, "content"))
        for number in filter(None, (str(post.get("featured_media") or ""), *inside)):
            try:
                author = self.calls.entity(f"/media/{number}", _fields="author").get("author")
                if str(author) == self.account_id:
                    self.calls.private("DELETE", f"/media/{number}", params={"force": "true"})
            except Rejected as refused:
                if refused.code not in GONE:
                    raise

    # Measures

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        listed, _ = self.calls.listed("/posts", include=",".join(remote_ids), per_page=PAGE, **EDITED)
        posts, now = {str(post["id"]): post for post in listed}, datetime.now(UTC)
        counts = self._counts(posts)
        return [
            PostMetrics(one, {"replies": counts[one]}, now, content.text(posts[one]))
            if one in posts
            else Gone(one, now)
            for one in remote_ids
        ]

    def _counts(self, posts: Collection[str]) -> dict[str, int]:
        """How many comments the public sees below each post."""
        if not posts:
            return {}
        listed, total = self.calls.listed("/comments", post=",".join(posts), per_page=PAGE, _fields="id,post")
        if total <= PAGE:
            return {post: sum(str(one.get("post")) == post for one in listed) for post in posts}
        return {post: self.calls.listed("/comments", post=post, per_page=1, _fields="id")[1] for post in posts}

    def fetch_account_metrics(self) -> MetricValues:
        return {"posts": self.calls.listed("/posts", per_page=1, _fields="id")[1]}

    # Remembers

    def past_posts(self, since: datetime, cursor: str | None = None) -> PastPosts:
        page = int(cursor or 1)
        listed, total = self.calls.listed(
            "/posts", after=since.isoformat(), per_page=HISTORY_PAGE, page=page, _fields=FIELDS
        )
        counts = self._counts([str(post["id"]) for post in listed])
        posts = [self._past_post(post, counts[str(post["id"])]) for post in listed]
        return history.page(posts, since, str(page + 1) if total > page * HISTORY_PAGE else None)

    def _past_post(self, post: Mapping[str, Any], comments: int) -> PastPost:
        html = content.written(post, "content")
        pictures = html.count("<img ") + bool(post.get("featured_media"))
        kind = history.material(pictures, video="<video" in html, link="<a href" in html)
        text = content.text(post) or content.plain(content.written(post, "title"))
        shown = content.published(post)
        return PastPost(shown.remote_id, shown.at, shown.permalink, text, {"replies": comments}, kind)
