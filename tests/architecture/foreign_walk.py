"""Sends the ids of another municipality wherever the portal takes an id: in addresses, query strings and forms.

What an address reads is recorded while the view runs (`Recorder`): every key of `request.GET` and `request.POST`.
Every request is taken back, after PostgreSQL was asked what it did to the rows of the other municipality
(`foreign_world.Watch`) and the answer was searched for words of theirs.
"""

from __future__ import annotations

import io
import re
import sys
import traceback
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.cookies import SimpleCookie
from itertools import product
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg2.extensions

from django.conf import settings
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.forms.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.test import RequestFactory, override_settings
from django.test.client import ClientHandler
from django.urls import Resolver404, resolve

from links.rules import PREFIX as SHORT_LINKS
from reports.middleware import PREFIXES as PUBLIC
from tests.architecture import foreign_world as world
from tests.architecture import hostile_rows
from tests.architecture import test_urls as urls
from tests.architecture.foreign_forms import OFFERED, Form, forms_of, sendable
from tests.architecture.foreign_shared import reason_for
from tests.architecture.foreign_world import Side, Watch
from tests.architecture.hostile_answers import SMALLEST_PDF, pdf_text
from tests.people import sign_in

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REFUSED = ("PUT", "PATCH", "DELETE")  # by a middleware, wherever they are sent
RECORDER = "tests.architecture.foreign_walk.Recorder"
EARLY_RECORDER = "tests.architecture.foreign_walk.EarlyRecorder"
# Whoever is earlier here may do more on a page.
ABLEST = ("approver", "staff", "administrator", "trainer", "mentor", "officer", "viewer", "stranger", "anonymous")
SOMETHING = {"unknown": "1"}  # many a view checks its form only if there is a body
CANARY = re.compile(rb"zq(\d{3})")


# ---- what a view reads


@dataclass
class Reading:
    """What the request that runs has read so far."""

    reached: bool = False  # the view's own code
    forms: int = 0  # filled-in forms that were checked
    query: set[str] = field(default_factory=set)
    body: set[str] = field(default_factory=set)
    error: str = ""

    def begin(self) -> None:
        self.reached, self.forms, self.query, self.body, self.error = False, 0, set(), set(), ""

    def fail(self, **_: Any) -> None:
        """A receiver of `got_request_exception`."""
        error = sys.exc_info()[1]
        places = traceback.extract_tb(error.__traceback__) if error else []
        ours = [place for place in places if "/.venv/" not in place.filename and "/tests/" not in place.filename]
        where = f"{ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}" if ours else ""
        self.error = f"{type(error).__name__} at {where}"


READING = Reading()


class Recorded(QueryDict):
    """Notes every key that is read. `keys` belongs to the request that runs."""

    keys_read: set[str]

    @classmethod
    def of(cls, values: QueryDict, keys_read: set[str]) -> Recorded:
        recorded: Any = cls(values.urlencode(), encoding=values.encoding)
        recorded.keys_read = keys_read
        return recorded

    def __getitem__(self, key: Any) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def getlist(self, key: Any, default: Any = None) -> Any:
        self._note(key)
        return super().getlist(key, default)

    def _note(self, key: object) -> None:
        if hasattr(self, "keys_read"):
            self.keys_read.add(str(key))


class Recorder:
    """The last middleware: its `process_view` runs when all others have let the request in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        READING.reached = True
        request.GET = Recorded.of(request.GET, READING.query)  # type: ignore[assignment]


class EarlyRecorder:
    """The first middleware: public pages and short links are answered before `process_view` of any."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith((*PUBLIC, SHORT_LINKS)):
            READING.reached = True
            request.GET = Recorded.of(request.GET, READING.query)  # type: ignore[assignment]
        return self.get_response(request)


@contextmanager
def recording() -> Iterator[None]:
    """While it lasts, clients that are made note in `READING` what views read and forms check."""
    load, clean = WSGIRequest._load_post_and_files, BaseForm.full_clean

    def load_recorded(request: Any) -> None:
        load(request)
        if isinstance(request._post, QueryDict):
            request._post = Recorded.of(request._post, READING.body)

    def clean_counted(form: Any) -> None:
        READING.forms += form.is_bound
        clean(form)

    request_class: Any = WSGIRequest
    form_class: Any = BaseForm
    request_class._load_post_and_files, form_class.full_clean = load_recorded, clean_counted
    got_request_exception.connect(READING.fail)
    try:
        with override_settings(MIDDLEWARE=[EARLY_RECORDER, *settings.MIDDLEWARE, RECORDER]):
            yield
    finally:
        got_request_exception.disconnect(READING.fail)
        request_class._load_post_and_files, form_class.full_clean = load, clean


# ---- requests


@dataclass(frozen=True)
class Attempt:
    """One request. `ids` says how many foreign ids are in it."""

    address: urls.Address
    role: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: dict[str, Any] = field(default_factory=dict)
    ids: int = 0

    def __str__(self) -> str:
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.method} {self.path}{query} {self.body or ''} as {self.role} ({self.address.name})"


@dataclass
class Walk:
    """Somebody of `ours` sends ids of `theirs`. `wrong` holds what went wrong, by address and kind."""

    ours: Side
    theirs: Side
    watch: Watch
    roles: tuple[str, ...] = urls.ROLES
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    shared: Counter[str] = field(default_factory=Counter)  # by reason
    figures: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    keys: defaultdict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )  # by "query" and "body" of an address
    forms: dict[str, list[tuple[str, Form]]] = field(default_factory=dict)  # by route, with the address they lead to
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))
    sessions: dict[str, str] = field(default_factory=dict)
    savepoint: str = ""
    tables: Counter[str] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)  # routes whose view's own code ran with a foreign id

    def __post_init__(self) -> None:
        for role in self.roles:
            user = world.person_of(self.ours, role)
            self.sessions[role] = sign_in(user).cookies.output(header="", sep=";") if user else ""
        self.watch.changed_tables()
        self.savepoint = transaction.savepoint()

    def collect_forms(self, addresses: list[urls.Address]) -> None:
        """The forms on one's own pages, as the two ablest see them."""
        for address in addresses:
            roles = [role for role in ABLEST if role in self.roles and self._lets_in(address, role)]
            for role in roles[:2]:
                if is_at_home(address, role):
                    continue
                path = self._path(address, role, ())
                response = self._send(Attempt(address, role, "GET", path))
                if response is not None and response.headers.get("Content-Type", "").startswith("text/html"):
                    self._keep(forms_of(response.content.decode(), path))

    def _keep(self, forms: list[Form]) -> None:
        for form in forms:
            for place in form.addresses:
                try:
                    route = resolve(urlsplit(place).path).route
                except Resolver404:
                    continue
                known = self.forms.setdefault(route, [])
                fields = set(form.values) | {name for name, _value in form.buttons}
                same = [one for _path, one in known if set(one.values) | {name for name, _v in one.buttons} == fields]
                if not same:
                    known.append((urlsplit(place).path, form))

    def visit(self, addresses: list[urls.Address]) -> None:
        """Everything with foreign ids at these addresses."""
        for address in addresses:
            for role in self.roles:
                if is_at_home(address, role):
                    continue
                cache.clear()  # limits on how often one may ask are not what is tried here
                self._walk_path(address, role)
                if self._lets_in(address, role):
                    self._walk_query(address, role)
                    self._walk_body(address, role)

    def _lets_in(self, address: urls.Address, role: str) -> bool:
        return urls._expected(self.ours.cast, address, role) == "in"

    # ---- addresses

    def _path(self, address: urls.Address, role: str, foreign: tuple[int, ...]) -> str:
        """With the names at the positions `foreign` of the other municipality."""
        own, theirs = (side.names[address.route, role] for side in (self.ours, self.theirs))
        names = iter(theirs[at] if at in foreign else name for at, name in enumerate(own))
        return "/" + "/".join(next(names) if part.startswith("<") else part for part in address.route.split("/"))

    def _walk_path(self, address: urls.Address, role: str) -> None:
        own, theirs = (side.names[address.route, role] for side in (self.ours, self.theirs))
        differing = [at for at, name in enumerate(own) if name != theirs[at]]
        for chosen in product((False, True), repeat=len(differing)):
            foreign = tuple(at for at, is_chosen in zip(differing, chosen, strict=True) if is_chosen)
            if role == "administrator" and address.route.startswith("m/<slug:municipality>/") and 0 in foreign:
                continue  # the workspace is open to an administrator too
            path = self._path(address, role, foreign)
            bodies = self._bodies(address)[: None if self._lets_in(address, role) else 1]
            for method in METHODS:
                for body in bodies if method == "POST" else [{}]:
                    self._try(Attempt(address, role, method, path, body=body, ids=len(foreign)))

    def _bodies(self, address: urls.Address) -> list[dict[str, Any]]:
        """Valid ones, of one's own."""
        made = [body for _path, form in self.forms.get(address.route, []) for body in form.bodies()]
        if address.name in self.ours.bodies:
            made.append(self.ours.bodies[address.name])
        return made or [SOMETHING]

    # ---- query strings

    def _walk_query(self, address: urls.Address, role: str) -> None:
        path = self._path(address, role, ())
        for method in ("GET", "POST"):
            tried = set[str]()
            while keys := sorted(self.keys[f"query {method} {address.route}"] - tried):
                tried.update(keys)
                for key in keys:
                    for value in self._foreign_values(""):
                        self._try(Attempt(address, role, method, path, ((key, value),), ids=1))
                query = tuple((key, self._foreign_values("")[0]) for key in sorted(tried))
                self._try(Attempt(address, role, method, path, query, ids=len(query)))

    def _foreign_values(self, own: Any) -> list[str]:
        """The counterpart of one's own value on the other side; where it names nothing, ids that every table has."""
        text = str(own)
        swapped = self._swapped(text)
        if swapped != text:
            return [swapped]
        first = self.theirs.first_id + 1
        return [str(first), str(first + 1), self.theirs.municipality.slug]

    def _swapped(self, text: str) -> str:
        """With ids of the other municipality in place of one's own, and its slug."""

        def counterpart(match: re.Match[str]) -> str:
            number = int(match.group())
            return str(number - self.ours.first_id + self.theirs.first_id) if number in self.ours.ids else match.group()

        return re.sub(r"\d+", counterpart, text).replace(self.ours.municipality.slug, self.theirs.municipality.slug)

    # ---- bodies

    def _walk_body(self, address: urls.Address, role: str) -> None:
        """Fields with an id are tried by everybody whom the address lets in, all others by the ablest alone."""
        own, forms = self._path(address, role, ()), self.forms.get(address.route, [])
        places = [(path, body, form) for path, form in forms for body in form.bodies()]
        places = places or [(own, body, Form([])) for body in self._bodies(address)]
        is_ablest = role == next(other for other in ABLEST if other in self.roles and self._lets_in(address, other))
        seen = set[str]()
        for path, body, form in places:
            tried = set[str]()
            while keys := sorted((self.keys[f"body {address.route}"] | set(body)) - tried - SOMETHING.keys()):
                tried.update(keys)
                for key in keys:
                    values = self._ids_for(body, key, form)
                    if not values and is_ablest and key not in seen:
                        values = self._foreign_values("")[: 1 if key in form.free else None]
                    seen.add(key)
                    for value in values:
                        self._try(Attempt(address, role, "POST", path, body={**body, key: value}, ids=1))
                    if (renamed := self._swapped(key)) != key:
                        others = {name: body[name] for name in body if name != key}
                        changed = {**others, renamed: body.get(key, "")}
                        self._try(Attempt(address, role, "POST", path, body=changed, ids=1))
                every = {key: self._foreign_values(body.get(key, ""))[0] for key in tried}
                self._try(Attempt(address, role, "POST", path, body=every, ids=len(every)))

    def _ids_for(self, body: dict[str, Any], key: str, form: Form) -> list[Any]:
        """Ids of the other municipality in place of one's own; of every table for what is read where no form is."""
        own = [body[key]] if key in body else []
        swapped = {self._swapped(str(value)): value for value in [*own, *form.options.get(key, [])]}
        counterparts = [value for value, before in swapped.items() if value != str(before)]
        if counterparts:
            return counterparts[:OFFERED]
        return [] if key in body or form.addresses else self._foreign_values("")

    # ---- one request

    def _try(self, attempt: Attempt) -> None:
        self.figures["requests"] += 1
        self.figures["foreign ids"] += attempt.ids
        if self._send(attempt) is None:
            return
        if attempt.ids:
            self.reached.add(attempt.address.route)
            self.figures["reached a view"] += 1
            self.figures["forms checked"] += READING.forms

    def _send(self, attempt: Attempt) -> Any:
        """The answer, after the database and it were judged. None where the view's own code did not run."""
        READING.begin()
        response = self._answer(attempt)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        self.statuses[str(response.status_code)] += 1
        if response.status_code >= 500 and response.status_code != 503:
            self._note(attempt, f"answered {response.status_code}: {READING.error}")
        for number in _columns_in(response, content):
            # The letters of a token may happen to be those of a canary, but not a second time.
            if number in _columns_of(self._answer(attempt)):
                self._note(attempt, f"shows words of the other municipality: {_column_names()[number]}")
        if READING.reached or attempt.method not in REFUSED:
            self._judge_writes(attempt)
        if not READING.reached or response.status_code == 405:
            return None
        self.keys[f"query {attempt.method} {attempt.address.route}"] |= READING.query
        self.keys[f"body {attempt.address.route}"] |= READING.body
        return response

    def _judge_writes(self, attempt: Attempt) -> None:
        """What requests wrote since the last judgement, which is then taken back."""
        is_broken = _is_broken()
        changed = set() if is_broken else self.watch.changed_tables()
        if is_broken:
            self._note(attempt, "the transaction broke")
        elif changed:
            self.figures["requests that wrote"] += 1
            self.tables.update(changed)
            for problem in self.watch.problems(changed):
                self._note(attempt, problem)
        if changed or is_broken:
            transaction.savepoint_rollback(self.savepoint)
            connection.needs_rollback = False
            if "django_session" in changed:
                cache.clear()  # where they are kept too

    def _answer(self, attempt: Attempt) -> Any:
        """Straight from the handler: a test client would keep the context of every template."""
        factory = RequestFactory()
        factory.cookies = SimpleCookie(self.sessions[attempt.role])
        path = attempt.path + (f"?{urlencode(attempt.query)}" if attempt.query else "")
        if attempt.method == "POST":
            request = factory.post(path, sendable(attempt.body))
        elif attempt.method in REFUSED:
            form = "application/x-www-form-urlencoded"
            request = factory.generic(attempt.method, path, urlencode(sendable(attempt.body)), form)
        else:
            request = factory.generic(attempt.method, path)
        return self.handler(request.environ)

    def _note(self, attempt: Attempt, problem: str) -> None:
        if reason := reason_for(attempt.address.name, attempt.role, problem):
            self.shared[reason] += 1
            return
        self.wrong.setdefault((attempt.address.name, problem), f"{attempt}: {problem}")


def is_at_home(address: urls.Address, role: str) -> bool:
    """Whether nothing is foreign there: an administrator keeps the facts and people of the whole installation."""
    assert address.permission is not None
    return role == "administrator" and address.permission.kind in ("administrators", "keepers")


def _is_broken() -> bool:
    return bool(connection.connection.info.transaction_status == psycopg2.extensions.TRANSACTION_STATUS_INERROR)


def _columns_of(response: Any) -> set[int]:
    return _columns_in(response, b"".join(response.streaming_content) if response.streaming else response.content)


def _columns_in(response: Any, content: bytes) -> set[int]:
    """Numbers of the columns whose canaries are in an answer, its headers included, unpacked."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items()).encode()
    kind = response.headers.get("Content-Type", "")
    numbers = {int(number) for number in CANARY.findall(headers + _plain(kind, content))}
    return numbers & _column_names().keys()


def _plain(kind: str, content: bytes) -> bytes:
    if kind.startswith("application/pdf") and len(content) > SMALLEST_PDF:
        return pdf_text(content).encode()
    if content.startswith(b"PK\x03\x04"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        return b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())
    return content


@lru_cache
def _column_names() -> dict[int, str]:
    return {column.number: column.name for column in hostile_rows.filled()}
