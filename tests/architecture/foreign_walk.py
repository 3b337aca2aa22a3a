"""Sends the ids of another municipality wherever the portal takes an id: in addresses, query strings and forms.

What an address reads is recorded while the view runs (`Recorder`): every key of `request.GET` and `request.POST`.
Every request is taken back, after PostgreSQL was asked what it did to the rows of the other municipality
(`foreign_world.Watch`) and the answer was searched for words of theirs.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import product
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg2.extensions

from django.conf import settings
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, transaction
from django.forms.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.test import Client, override_settings
from django.urls import Resolver404, resolve

from tests.architecture import foreign_world as world
from tests.architecture import hostile_rows
from tests.architecture import test_urls as urls
from tests.architecture.foreign_forms import OFFERED, Form, forms_of, sendable
from tests.architecture.foreign_world import Side, Watch
from tests.architecture.hostile_answers import SMALLEST_PDF, pdf_text
from tests.people import sign_in

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
RECORDER = "tests.architecture.foreign_walk.Recorder"
CANARY = re.compile(rb"zq(\d{3})")


# ---- what a view reads


@dataclass
class Reading:
    """What the request that runs has read so far."""

    reached: bool = False  # the view's own code
    forms: int = 0  # filled-in forms that were checked
    query: set[str] = field(default_factory=set)
    body: set[str] = field(default_factory=set)


READING = Reading()


class Recorded(QueryDict):
    """Notes every key that is read. `keys` belongs to the request that runs."""

    keys_read: set[str]

    @classmethod
    def of(cls, values: QueryDict, keys_read: set[str]) -> Recorded:
        recorded = cls(values.urlencode(), encoding=values.encoding)
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

    WSGIRequest._load_post_and_files, BaseForm.full_clean = load_recorded, clean_counted
    try:
        with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, RECORDER]):
            yield
    finally:
        WSGIRequest._load_post_and_files, BaseForm.full_clean = load, clean


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
    """Somebody of `ours` at these addresses, with ids of `theirs`. `wrong` holds what went wrong, by address and kind."""

    ours: Side
    theirs: Side
    watch: Watch
    roles: tuple[str, ...] = urls.ROLES
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    figures: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    keys: dict[str, set[str]] = field(default_factory=dict)  # by "query" and "body" of an address
    forms: dict[str, list[tuple[str, Form]]] = field(default_factory=dict)  # by route, with the address they lead to
    clients: dict[str, tuple[Client, str]] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)  # routes whose view's own code ran with a foreign id

    def collect_forms(self, addresses: list[urls.Address]) -> None:
        """The forms on one's own pages, as each role sees them."""
        for address in addresses:
            for role in self.roles:
                if self._lets_in(address, role):
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
            if role == "administrator" and _is_of_installation(address, foreign):
                continue
            path = self._path(address, role, foreign)
            for method in METHODS:
                for body in self._bodies(address) if method == "POST" else [{}]:
                    self._try(Attempt(address, role, method, path, body=body, ids=len(foreign)))

    def _bodies(self, address: urls.Address) -> list[dict[str, Any]]:
        """Valid ones, of one's own."""
        made = [body for _path, form in self.forms.get(address.route, []) for body in form.bodies()]
        if address.name in urls.BODIES:
            with transaction.atomic():
                made.append(urls.BODIES[address.name](self.ours.things))
                transaction.set_rollback(True)
            self.watch.changed_tables()
        return made or [{}]

    # ---- query strings

    def _walk_query(self, address: urls.Address, role: str) -> None:
        path, tried = self._path(address, role, ()), set[str]()
        while keys := sorted(self.keys.get(f"query {address.route}", set()) - tried):
            tried.update(keys)
            for method in ("GET", "POST"):
                for key in keys:
                    for value in self._foreign_values(""):
                        self._try(Attempt(address, role, method, path, ((key, value),), ids=1))
                query = tuple((key, self._foreign_values("")[0]) for key in sorted(tried))
                self._try(Attempt(address, role, method, path, query, ids=len(query)))

    def _foreign_values(self, own: Any) -> list[Any]:
        """The counterparts of one's own value on the other side; where it names nothing, ids that every table has."""
        if isinstance(own, list):
            return [[value for one in own for value in self._foreign_values(one)[:1]]]
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
        forms = self.forms.get(address.route, [])
        places = [(path, body, form) for path, form in forms for body in form.bodies()]
        own = self._path(address, role, ())
        places += [(own, body, None) for body in self._bodies(address)] if not forms else []
        for path, body, form in places:
            tried = set[str]()
            while keys := sorted((self.keys.get(f"body {address.route}", set()) | set(body)) - tried):
                tried.update(keys)
                for key in keys:
                    for changed in self._with_foreign(body, key, form):
                        self._try(Attempt(address, role, "POST", path, body=changed, ids=1))
                every = {key: self._foreign_values(body.get(key, ""))[0] for key in tried}
                self._try(Attempt(address, role, "POST", path, body=every, ids=len(every)))

    def _with_foreign(self, body: dict[str, Any], key: str, form: Form | None) -> Iterator[dict[str, Any]]:
        own = body.get(key, "")
        offered = [option for option in (form.options.get(key, []) if form else []) if self._swapped(option) != option]
        values = [self._swapped(option) for option in offered[:OFFERED]] or self._foreign_values(own)
        for value in values:
            yield {**body, key: value}
        if (renamed := self._swapped(key)) != key:
            yield {**{name: body[name] for name in body if name != key}, renamed: own}

    # ---- one request

    def _try(self, attempt: Attempt) -> None:
        self.figures["requests"] += 1
        self.figures["foreign ids"] += attempt.ids
        if self._send(attempt) is None:
            return
        if READING.reached and attempt.ids:
            self.reached.add(attempt.address.route)
            self.figures["requests with foreign ids that reached a view"] += 1
            self.figures["forms with foreign ids that were checked"] += READING.forms

    def _send(self, attempt: Attempt) -> Any:
        """The answer, after the database and it were judged. None where the view's own code did not run."""
        READING.__init__()  # type: ignore[misc]
        with transaction.atomic():
            response = self._answer(attempt)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            changed = self.watch.changed_tables()
            if _is_broken():
                self._note(attempt, "the transaction broke")
            elif changed:
                self.figures["requests that wrote"] += 1
                for problem in self.watch.problems(changed):
                    self._note(attempt, problem)
            transaction.set_rollback(True)
        is_reached = READING.reached and response.status_code != 405
        self.statuses[str(response.status_code)] += 1
        if response.status_code >= 500 and response.status_code != 503:
            self._note(attempt, f"answered {response.status_code}")
        for number in _columns_in(response, content):
            # Letters of a token may happen to be the same once, but not twice.
            self._note(attempt, f"shows words of the other municipality: {_column_names()[number]}")
        if is_reached:
            self.keys.setdefault(f"query {attempt.address.route}", set()).update(READING.query)
            self.keys.setdefault(f"body {attempt.address.route}", set()).update(READING.body)
        READING.reached = is_reached
        return response if is_reached else None

    def _answer(self, attempt: Attempt) -> Any:
        client, session = self._client(attempt.role)
        client.cookies = SimpleCookie(session)
        path = attempt.path + (f"?{urlencode(attempt.query)}" if attempt.query else "")
        body = sendable(attempt.body)
        if attempt.method == "POST":
            return client.post(path, body)
        if attempt.method in WITH_BODY:
            return client.generic(attempt.method, path, urlencode(body), "application/x-www-form-urlencoded")
        return client.generic(attempt.method, path)

    def _client(self, role: str) -> tuple[Client, str]:
        """One for each role, since making one loads all middleware."""
        if role not in self.clients:
            user = world.person_of(self.ours, role)
            client = sign_in(user) if user else Client()
            client.raise_request_exception = False
            self.clients[role] = client, client.cookies.output(header="", sep=";")
            self.watch.changed_tables()
        return self.clients[role]

    def _note(self, attempt: Attempt, problem: str) -> None:
        self.wrong.setdefault((attempt.address.name, problem), f"{attempt}: {problem}")


def _is_of_installation(address: urls.Address, foreign: tuple[int, ...]) -> bool:
    """Whether an administrator, who is one everywhere, is at home at this address."""
    permission = address.permission
    assert permission is not None
    if permission.kind == "workspace":  # theirs with an object of theirs
        return 0 in foreign
    return permission.kind in ("administrators", "keepers")


def _is_broken() -> bool:
    return bool(connection.connection.info.transaction_status == psycopg2.extensions.TRANSACTION_STATUS_INERROR)


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


def _column_names() -> dict[int, str]:
    return {column.number: column.name for column in hostile_rows.filled()}


def clear_counts() -> None:
    """Limits on how often one may ask are not what is tried here."""
    cache.clear()
