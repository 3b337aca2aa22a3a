"""Opens every address as somebody of the cast over filled rows, sends every form, and collects what is wrong."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allauth.usersessions.models import UserSession

from django.core import mail as wire
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from accounts.models import User
from administration.models import Installation
from channels.models import Channel, ChannelPause
from common import mail
from common.models import MailMessage
from inbox.models import AnswerDraft, LegalHold, Message
from municipalities.tenancy import everywhere, scope
from needs.models import AnswerRound, Need
from notifications.domain.send import send_due
from notifications.enums import MailFrequency
from notifications.models import Notification
from posts.models.link_checks import LinkCheck
from practice.domain import read
from practice.enums import AccountKind
from practice.models import Account, Status, StatusEdit
from tests import geometry
from tests.architecture import hostile_answers as answers
from tests.architecture import hostile_rows as rows
from tests.architecture import test_urls as urls
from tests.architecture.hostile_answers import Answer
from tests.people import Cast, sign_in
from tests.practice.test_api import token_for

ROLES = urls.ROLES
TYPED = 99  # the "column" of what a form is sent
LANGUAGES = ("sr", "sr-latn", "en")
AT_ONCE = 25
FOLLOWED = 4  # links behind one address
NOT_FOLLOWED = ("/accounts/logout", "/static/")
# Objects that are each person's own; of everything else one serves all roles.
ONES_OWN = {"connecting/attempt", "notifications/notification", "devices/device", "export/export", "exercises/team"}
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


# What the practice network, a process of its own, has otherwise than the portal.
PRACTICE = (
    "ROOT_URLCONF", "MIDDLEWARE", "TEMPLATES", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "CSRF_FAILURE_VIEW",
)  # fmt: skip
SEEN_OF_PRACTICE = 12  # accounts and posts, which all have the same pages


@dataclass(frozen=True)
class Visit:
    """Somebody opens an address; `lets_in` as the table of permissions has it."""

    address: urls.Address
    role: str
    path: str
    body: dict[str, Any]
    lets_in: bool


@dataclass
class Walk:
    """One walk and its figures. `wrong` holds sentences, each with the address, the role and, if known, the column."""

    cast: Cast
    visits: list[Visit]
    filled: dict[str, int]  # by column, in how many rows
    media_root: Path
    browser_page: Any
    is_thorough: bool = False
    follows: bool = True  # the links of the pages
    wrong: dict[str, str] = field(default_factory=dict)
    figures: Counter[str] = field(default_factory=Counter)
    opened: dict[str, set[str]] = field(default_factory=dict)  # by address, the roles who saw it
    kinds: Counter[str] = field(default_factory=Counter)
    asked: set[str] = field(default_factory=set)
    followed: Counter[tuple[str, str]] = field(default_factory=Counter)
    columns: set[int] = field(default_factory=set)
    fragments: set[str] = field(default_factory=set)
    refusals: Counter[str] = field(default_factory=Counter)
    forms: set[Any] = field(default_factory=set)
    mails: set[str] = field(default_factory=set)
    walked: dict[str, list[str]] = field(default_factory=dict)

    def as_role(self, role: str) -> list[str]:
        """What is wrong with what `role` may open and the forms on it, in one language, or in all where thorough."""
        if role not in self.walked:
            self.walked[role] = self._judged(lambda: self._as_role(role))
        return self.walked[role]

    def practice(self) -> list[str]:
        """The same for the practice network, a site of its own on the same rows."""
        return self._judged(self._practice)

    def notifications(self) -> list[str]:
        """The same for the mail about every notification there is, at once and as the day's summary."""
        return self._judged(self._notifications)

    def wide_pages(self, page: Any) -> list[str]:
        """Pages of the ablest role that are wider than the window, laid out in `page`, with the mailbox of the demo."""
        geometry.without_server(page)
        wide = []
        with override_settings(DEMO=True, MEDIA_ROOT=self.media_root):
            Notification.objects.update(
                mail_frequency=MailFrequency.AT_ONCE, mail_due_at=timezone.now(), mailed_at=None, read_at=None
            )
            send_due()
            client = self._client(READS_PRIVATE, "sr")
            paths = [visit.path for visit in self.visits if visit.role == READS_PRIVATE and visit.lets_in]
            for path in [*dict.fromkeys(paths), *of_conversations()[:FOLLOWED], "/mailbox/"]:
                with transaction.atomic():
                    answer = client.get(path)
                    transaction.set_rollback(True)
                is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
                # A fragment is laid out by the page that asks for it.
                if is_page and "</html>" in answer.text:
                    self.figures["pages laid out"] += 1
                    wide += [f"{path} at {what}" for what in geometry.widths(page, answer.text)]
        return wide

    def _judged(self, walk: Callable[[], None]) -> list[str]:
        self.wrong.clear()
        with override_settings(DEMO=True, MEDIA_ROOT=self.media_root):  # each test has a directory of its own otherwise
            walk()
        return list(self.wrong.values())

    def _as_role(self, role: str) -> None:
        at = ROLES.index(role) % len(LANGUAGES)
        client = self._client(role, LANGUAGES[at])
        pages = [page for visit in self.visits if visit.role == role for page in self._opened(client, visit)]
        if self.follows and role == READS_PRIVATE:
            pages += [self._asked(client, role, path) for path in of_conversations()]
        ways = self._judge_in_browser(client, pages, sends_forms=True)
        if self.follows:
            self._follow(client, role, ways)
        for language in (*LANGUAGES[:at], *LANGUAGES[at + 1 :]) if self.is_thorough else ():
            client = self._client(role, language)
            mine = [visit.path for visit in self.visits if visit.role == role and visit.lets_in]
            self._judge_in_browser(client, (self._asked(client, role, path) for path in mine), sends_forms=False)

    def _follow(self, client: Client, role: str, ways: list[str]) -> None:
        """Where the pages lead: to the demo's own rows, a few behind each address."""
        for _step in range(2 if self.is_thorough else 1):
            pages = []
            for path in ways:
                key = (_route(path), role if self.is_thorough else "")
                if path in self.asked or self.followed[key] >= FOLLOWED or path.startswith(NOT_FOLLOWED):
                    continue
                self.followed[key] += 1
                pages.append(self._asked(client, role, path))
            ways = self._judge_in_browser(client, pages, sends_forms=True)

    def _practice(self) -> None:
        from portal import practice_settings

        changed = {name: getattr(practice_settings, name) for name in PRACTICE}
        with override_settings(PRACTICE_ENABLED=True, **changed):
            citizen, pages, page, api = Client(), *_of_practice()
            citizen.post("/door", {"name": "Комшија"})
            _write_privately(Account.objects.latest("pk"), page)
            for client, role, paths in (
                (citizen, "citizen", pages),
                (Client(), "stranger", pages),
                (Client(headers={"authorization": f"Bearer {token_for(page)}"}), "page", api),
            ):
                received = [self._asked(client, role, path) for path in paths]
                for answer in received:
                    self._note(answer.path, role, answers.html_in_json(answer))
                self._judge_in_browser(client, received, sends_forms=True)

    def _notifications(self) -> None:
        for how in (MailFrequency.AT_ONCE, MailFrequency.DIGEST):
            with transaction.atomic():
                newest = _last_rows()[1]
                Notification.objects.update(
                    mail_frequency=how, mail_due_at=timezone.now(), mailed_at=None, read_at=None
                )
                send_due()
                self._judge_outbox(f"notifications {how}", "everybody", after=newest)
                transaction.set_rollback(True)
        self._judge_outbox("the demo's outbox", "everybody", after=0)

    def _client(self, role: str, language: str) -> Client:
        if role == "anonymous":
            client = Client()
            client.cookies["django_language"] = language
            return client
        person = getattr(self.cast, role)
        User.objects.filter(pk=person.pk).update(language=language)
        return sign_in(person)

    def _opened(self, client: Client, visit: Visit) -> list[Answer]:
        if not visit.lets_in and not self.is_thorough and self.refusals[visit.role] > 3:
            return []  # refusals are the same page everywhere: that the rest are refused, test_urls.py asks
        pages = [self._asked(client, visit.role, visit.path)]
        if pages[0].status == 405:
            pages = [self._asked(client, visit.role, visit.path, visit.body)]
        elif visit.lets_in and (self.is_thorough or visit.address.route not in self.fragments):
            self.fragments.add(visit.address.route)
            pages.append(self._asked(client, visit.role, visit.path, htmx=True))
        if not visit.lets_in:
            self.refusals[visit.role] += 1
        elif pages[0].status in urls.LET_IN:
            self.opened.setdefault(visit.address.route, set()).add(visit.role)
        return pages

    def _asked(
        self, client: Client, role: str, path: str, body: dict[str, Any] | None = None, *, htmx: bool = False
    ) -> Answer:
        """The answer, already judged by its type. What the request wrote is taken back, after its mail was judged."""
        headers = {"hx-request": "true"} if htmx else {}
        cookies = dict(client.cookies)
        shown = f"{'POST ' if body is not None else ''}{'fragment ' if htmx else ''}{path}"
        with transaction.atomic():
            before = _last_rows() if body is not None else None
            try:
                ask = client.get if body is None else client.post
                response = ask(path, body, headers=headers)
                content = b"".join(response.streaming_content) if response.streaming else response.content
                answer = Answer(shown, role, response.status_code, dict(response.headers), content)
            except Exception as error:  # whatever a view raises is what we look for
                answer = Answer(shown, role, 500, {}, b"")
                self._note(shown, role, [_blame(error)])
            if before is not None and answer.status < 400:
                self._judge_mail(shown, role, before)
            transaction.set_rollback(True)
        client.cookies.clear()
        client.cookies.update(cookies)
        self.figures["answers"] += 1
        self.kinds[answer.kind or "nothing"] += 1
        self.asked.add(path)
        self.columns |= rows.numbers_in(answer.body) | self._in_pdf(answer)
        self._note(shown, role, answers.problems(answer))
        return answer

    def _in_pdf(self, answer: Answer) -> set[int]:
        if answer.kind != "application/pdf" or len(answer.body) < answers.SMALLEST_PDF:
            return set()
        return rows.numbers_in(answers.pdf_text(answer.body).encode())

    def _judge_in_browser(self, client: Client, pages: Iterable[Answer], *, sends_forms: bool) -> list[str]:
        """Notes what Chromium sees in the pages, sends their forms, and returns where they lead."""
        html = [page for page in pages if page.kind == "text/html" and page.body]
        ways: dict[str, None] = {}
        for at in range(0, len(html), AT_ONCE):
            batch = html[at : at + AT_ONCE]
            seen = answers.in_the_browser(self.browser_page, [page.text for page in batch])
            for page, parsed in zip(batch, seen, strict=True):
                self._note(page.path, page.role, parsed["found"])
                ways.update(dict.fromkeys(parsed["links"]))
                if sends_forms and page.status == 200:
                    self._send_forms(client, page, parsed["forms"])
        return list(ways)

    def _send_forms(self, client: Client, page: Answer, forms: Iterable[dict[str, Any]]) -> None:
        """Each form once in a walk (of each role, when it is thorough): empty, hostile, with NUL, with odd choices."""
        back = []
        for form in forms:
            path = form["action"].partition("#")[0] or page.path.removeprefix("fragment ")
            if form["method"] != "post" or not path.startswith("/"):
                continue
            what = (_route(path), frozenset(input_field["name"] for input_field in form["fields"]))
            key = (page.role, *what) if self.is_thorough else what
            if key in self.forms:
                continue
            self.forms.add(key)
            back += [self._asked(client, page.role, path, body) for body in _bodies(form["fields"])]
        self.figures["forms sent"] += len(back)
        self._judge_in_browser(client, back, sends_forms=False)

    def _judge_mail(self, path: str, role: str, before: tuple[int, int]) -> None:
        """All mail that this request made, as it goes over the wire."""
        Notification.objects.filter(pk__gt=before[0]).update(mail_due_at=timezone.now(), read_at=None)
        if Notification.objects.filter(pk__gt=before[0]).exists():
            send_due()
        self._judge_outbox(path, role, after=before[1])

    def _judge_outbox(self, path: str, role: str, *, after: int) -> None:
        """Whatever waits in the outbox since the row `after`, sent by the worker's own function."""
        waiting = MailMessage.objects.filter(pk__gt=after)
        if not waiting.exists():
            return
        MailMessage.objects.filter(pk__lte=after).update(state="sent")
        waiting.update(next_attempt_at=timezone.now())
        wire.outbox = []
        with override_settings(MAIL_TRANSPORT=LOCMEM):
            mail.send_waiting(10_000)
        refused = waiting.filter(state="failed").values_list("problem", flat=True).distinct()
        self._note(f"mail after {path}", role, [f"cannot be sent: {problem}" for problem in refused])
        for message in wire.outbox:
            self.mails.add(message.subject.translate(_NO_DIGITS))
            self.figures["mails"] += 1
            self._note(f"mail after {path}", role, list(answers.of_mail(message)))

    def _note(self, path: str, role: str, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            # The same mistake on the same page is said once, whoever sees it.
            what = f"{_route(path)} {sentence[:70]}"
            self.wrong.setdefault(what, f"{path} as {role}: {sentence}{rows.named(sentence)}")


_NO_DIGITS = str.maketrans("", "", "0123456789")


def _of_practice() -> tuple[list[str], Account, list[str]]:
    """Its pages; an account that may use the API; and what that may read."""
    accounts = list(Account.objects.order_by("kind", "pk")[:SEEN_OF_PRACTICE])
    statuses = list(Status.objects.select_related("account").order_by("-pk")[:SEEN_OF_PRACTICE])
    pages = ["/", "/door", "/robots.txt", "/.well-known/nodeinfo", "/nodeinfo/2.0"]
    pages += ["/api/v1/instance", "/api/v2/instance"]
    pages += [f"/@{row.username}" for row in accounts] + [f"/avatars/{row.username}.svg" for row in accounts]
    pages += [f"/@{row.account.username}/{row.pk}" for row in statuses]
    page = Account.objects.filter(kind=AccountKind.PAGE).earliest("pk")
    pages += ["/messages", f"/@{page.username}/private"]
    api = ["/api/v1/notifications", "/api/v2/notifications", "/api/v1/accounts/verify_credentials"]
    api += ["/api/v1/conversations"]
    api += ["/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v2/search?q=a", "/api/v1/accounts/search?q=a"]
    ends = ("", "/statuses", "/followers", "/following")
    api += [f"/api/v1/accounts/{row.pk}{end}" for row in accounts for end in ends]
    ends = ("", "/context", "/source", "/history", "/favourited_by", "/reblogged_by")
    api += [f"/api/v1/statuses/{row.pk}{end}" for row in statuses for end in ends]
    api += [f"/api/v1/polls/{row.pk}" for row in statuses if row.poll]
    return pages, page, api


def _write_privately(citizen: Account, page: Account) -> None:
    """The words of the newest status, which is filled like all of them, in a private conversation of these two."""
    words = Status.objects.latest("pk").text
    for author in (citizen, page):
        readers = sorted([citizen.pk, page.pk])
        read.receive(Status.objects.create(account=author, readers=readers, text=words, created_at=timezone.now()))


def visits(cast: Cast, *, of_every_role: bool) -> list[Visit]:
    """Every address for every role, or for those it refuses, the ablest whom it lets in, and who is not signed in.

    The rows that stand in addresses are made here, before anything is filled.
    """
    things, known = urls.make(cast), {}
    planned = []
    with _one_of_each(known, things):
        for address in urls.OURS:
            for role in urls.ROLES:
                things.role = role
                body = urls.BODIES[address.name](things) if address.name in urls.BODIES else {}
                lets_in = urls._expected(cast, address, role) == "in"
                planned.append(Visit(address, role, address.path(things), body, lets_in))
    planned += _of_allauth()
    more_rows(cast)
    return planned if of_every_role else [visit for visit in planned if not visit.lets_in or _is_chosen(visit, planned)]


READS_PRIVATE = "approver"
# Whoever is earlier here sees more of a page.
ABLEST = ("approver", "staff", "administrator", "trainer", "mentor", "officer", "viewer", "stranger", "anonymous")


def _is_chosen(visit: Visit, every: list[Visit]) -> bool:
    route = visit.address.route
    roles = sorted((other.role for other in every if other.address.route == route and other.lets_in), key=ABLEST.index)
    return visit.role in (roles[0], "anonymous")


def _of_allauth() -> Iterator[Visit]:
    """Its pages without an object: signing in and up, passwords, addresses, second factors."""
    for address in urls.addresses():
        if not address.is_ours and not address.kwargs:
            for role in ("officer", "anonymous"):
                yield Visit(address, role, "/" + address.route, {}, lets_in=True)


@contextmanager
def _one_of_each(known: dict[str, Any], things: urls.Things) -> Iterator[None]:
    """While it lasts, what stands in an address is made once for all addresses, or once for each person."""
    original = dict(urls.OBJECTS)

    def once(name: str, factory: Callable[[urls.Things], Any]) -> Callable[[urls.Things], Any]:
        def made(it: urls.Things) -> Any:
            key = f"{name} {it.is_in_place} {it.role if name in ONES_OWN else ''}"
            if key not in known:
                known[key] = factory(it)
            return known[key]

        return made

    urls.OBJECTS.update({name: once(name, factory) for name, factory in original.items()})
    try:
        yield
    finally:
        urls.OBJECTS.update(original)


def _bodies(fields: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What a form is sent: nothing, hostile words, NUL in words, and choices that it does not offer."""
    hidden = {input_field["name"]: input_field["value"] for input_field in fields if input_field["kind"] == "hidden"}
    chosen = dict(hidden)
    for input_field in fields:
        if input_field["kind"] in ("checkbox", "radio") or input_field["options"]:
            chosen[input_field["name"]] = (
                next(filter(None, input_field["options"]), "")
                if input_field["options"]
                else input_field["value"] or "on"
            )
    free = [input_field for input_field in fields if input_field["isFree"]]
    files = {input_field["name"]: _file for input_field in fields if input_field["kind"] == "file"}
    yield hidden
    hostile = {input_field["name"]: _hostile(input_field) for input_field in free}
    yield {**chosen, **hostile, **{name: make() for name, make in files.items()}}
    if free:
        yield {**chosen, **{input_field["name"]: "zq\x00" + rows.CANARIES[2].format(n=TYPED) for input_field in free}}
    odd = [
        input_field["name"]
        for input_field in fields
        if input_field["name"] != "csrfmiddlewaretoken" and not input_field["isFree"]
    ]
    if odd:
        yield dict.fromkeys(odd, rows.CANARIES[1].format(n=TYPED) + "\x00")


def _hostile(field: dict[str, Any]) -> str:
    """What the browser would let through for a number or a day, and the worst for everything else."""
    by_kind = {
        "number": "1", "date": f"{timezone.localdate():%Y-%m-%d}", "time": "09:00", "month": "2026-01",
        "datetime-local": "2031-01-01T09:00", "color": "#123456", "email": rows.EMAIL.format(n=TYPED),
        "url": rows.URL.format(n=TYPED),
    }  # fmt: skip
    return by_kind.get(field["kind"], rows.CANARIES[1].format(n=TYPED))


def _file() -> SimpleUploadedFile:
    text = rows.CANARIES[2].format(n=TYPED)
    return SimpleUploadedFile(f"{text}.csv", f"Текст;{text}\n{text};{text}\n".encode(), content_type="text/csv")


def _last_rows() -> tuple[int, int]:
    """The newest notification and the newest mail."""
    newest = [kind.objects.order_by("-pk").values_list("pk", flat=True).first() for kind in (Notification, MailMessage)]
    return newest[0] or 0, newest[1] or 0


def _route(path: str) -> str:
    """The address's pattern, so that the same page is known by whatever object."""
    at = path.find("/")
    with suppress(Resolver404):
        return path[:at] + resolve(path[at:].partition("?")[0]).route
    return path


def _blame(error: Exception) -> str:
    """The error and the line of ours that it came from."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/.venv/" not in frame.filename]
    place = [frame for frame in ours if "/tests/" not in frame.filename][-1:] or ours[-1:]
    where = f"{place[0].filename.rpartition('/')[2]}:{place[0].lineno}" if place else "?"
    return f"raised {type(error).__name__} at {where}: {' '.join(str(error).split())[:200]}"


def of_conversations() -> list[str]:
    """Every private conversation of Ćuprija: their pages differ in what was attached, edited, asked and merged."""
    with everywhere("a walk opens the demo's conversations"):
        heads = Message.objects.filter(conversation__isnull=False, is_follow_up=False, municipality__slug="cuprija")
        return [reverse("message", args=["cuprija", pk]) for pk in heads.order_by("pk").values_list("pk", flat=True)]


def more_rows(cast: Cast) -> None:
    """Of tables that neither the demo nor an address needs, and that pages show."""
    for status in Status.objects.order_by("-pk")[:SEEN_OF_PRACTICE]:
        StatusEdit.objects.create(status=status, text="Пре", created_at=timezone.now())
    Installation.objects.create(pk=1, name="Портал", operator="Програм", email="a@test.example", begun_by=cast.staff)
    for user in cast.everyone().values():
        device = {"ip": "192.0.2.7", "session_key": f"of-{user.pk}", "user_agent": "Browser"}
        UserSession.objects.create(user=user, data={}, **device)
    with scope(cast.cuprija):
        now, of_municipality = timezone.now(), {"municipality": cast.cuprija}
        for message in Message.objects.order_by("-pk")[:2]:
            LegalHold.objects.create(message=message, reason="Спор", by=cast.approver, **of_municipality)
            AnswerDraft.objects.create(
                message=message, text="Да", by=cast.officer, began_at=now, at=now, **of_municipality
            )
        for need in Need.objects.all():
            AnswerRound.objects.create(need=need, text="Урађено", people=1, by=cast.officer, **of_municipality)
        channel = Channel.objects.latest("pk")
        ChannelPause.objects.create(channel=channel, reason="Жалост", by=cast.approver, **of_municipality)
        LinkCheck.objects.create(url="https://x.example/", digest="x", **of_municipality)
