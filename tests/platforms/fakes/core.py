"""The server of all fakes: requests, faults, ledger, clock and the control pages.

A fake is a class in `FAKES`: built with the world (clock, options, url), it has `handle(request)`, which answers like
the network or raises `Refusal`; `account(name)`, `public(name)`, `react(post, kind, text)` for the control pages;
`too_many(seconds)` and `kill_token(token, action)` for the faults. `OPTIONS` are switches of its own with their
defaults. All but the two oldest live under `/<key>/`, which is cut off before `handle` sees the path.
"""

import contextlib
import io
import json
import random
import re
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any

from PIL import Image

from common.http import USER_AGENT
from platforms.registry import PLATFORMS


class Refusal(Exception):
    """Raised by a fake: the platform's own error."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.reply = Reply(status, body, headers or {})


@dataclass
class Reply:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


@dataclass
class Part:
    content: bytes
    filename: str | None
    mime: str


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip()

    def one(self, name: str, default: str = "") -> str:
        return (self.query.get(name) or [default])[0]

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refusal(400, {"error": "Body is not JSON"}) from None

    def form(self) -> dict[str, str]:
        """A form's or a JSON body's fields."""
        if self.kind == "application/json":
            return self.json()
        return {k: v[0] for k, v in urllib.parse.parse_qs(self.body.decode(), keep_blank_values=True).items()}

    def multipart(self) -> dict[str, Part]:
        if self.kind != "multipart/form-data":
            raise Refusal(415, {"error": "multipart/form-data expected"})
        raw = b"Content-Type: " + self.headers["content-type"].encode() + b"\r\n\r\n" + self.body
        parts = {}
        for part in BytesParser(policy=HTTP).parsebytes(raw).iter_parts():
            name = part.get_param("name", header="content-disposition")
            parts[str(name)] = Part(part.get_payload(decode=True), part.get_filename(), part.get_content_type())
        return parts


@dataclass
class Exchange:
    """What a connector sent, and the fake's own answer: None for one that was planned or never came."""

    request: Request
    reply: Reply | None = None


@dataclass
class Fault:
    """One entry of the plan; `seen` counts the requests that matched it."""

    action: str
    path: str = ""
    method: str = ""
    nth: int = 1
    times: int = 1
    seconds: float = 60  # how long it hangs, or how late it is carried out
    status: int = 500
    body: Any = None
    seen: int = 0

    def strikes(self, request: Request) -> bool:
        if (self.method and self.method != request.method) or not re.search(self.path, request.path):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


DEFAULTS = {
    "software": "mastodon",
    "idempotency": "honoured",
    "list_lag": 0,
    "appview_lag": 0,
    "media_polls": 0,
    "max_characters": 500,
    "latency": 0,
    "lost_answers": 0,
    "lost_calls": 0,
    "late_commits": 0,
    "rate_limits": 0,
    "late_rate_limits": 0,
}
# By POST, and corrections by PUT.
PUBLISHES = re.compile(r"/api/v1/statuses(/\d+)?$|(create|put)Record$")
# Seconds of `late_commits`.
LATEST_COMMIT = 3.0
# Of a gateway that answers by itself, while the server behind it acts all the same.
REFUSALS = (403, 404, 422, 429)
AFTER = {"commit_then_drop", "commit_then_500", "commit_then_hang", "truncate_body"}


# Networks that are no HTTP: a mail server of Debian's stands for them (`tests/platforms/real/mail.py`).
WITHOUT_HTTP = frozenset({"mail"})
# The fake of platforms.x.connector.X is XFake in x.py here: a new network needs no entry.
FAKES = {
    key: f"tests.platforms.fakes.{key}.{platform.path.rsplit('.', 1)[1]}Fake"
    for key, platform in PLATFORMS.items()
    if key not in WITHOUT_HTTP
}


def fake_class(key: str) -> Any:
    module, name = FAKES[key].rsplit(".", 1)
    return getattr(import_module(module), name)


class World:
    """All state: forgotten at reset."""

    def __init__(self) -> None:
        self.url = ""
        self.lock = threading.RLock()
        self.let_go = threading.Event()
        self.abandoned: threading.Event | None = None
        # Of connectors, where somebody reads them (`tests/platforms/vendor_schemas`). A reset leaves them as they are.
        self.exchanges: list[Exchange] | None = None
        self.reset()

    def release(self) -> None:
        """Everything that hangs now goes on."""
        self.let_go.set()
        self.let_go = threading.Event()

    def abandon(self) -> None:
        """Nothing that hangs now is ever carried out."""
        self.abandoned = self.let_go
        self.release()

    def reset(self) -> None:
        self.release()
        self.clock = Clock()
        kinds = {key: fake_class(key) for key in FAKES}
        self.options: dict[str, Any] = dict(DEFAULTS)
        for kind in kinds.values():
            self.options |= getattr(kind, "OPTIONS", {})
        self.plan: list[Fault] = []
        self.ledger: list[dict[str, Any]] = []
        self.late: list[Request] = []
        self.carried_out_late: set[str] = set()  # the ids of what those calls meant
        self.fakes: dict[str, Any] = {key: kind(self) for key, kind in kinds.items()}
        self.mastodon, self.bluesky = self.fakes["mastodon"], self.fakes["bluesky"]

    def fake(self, platform: str) -> Any:
        return self.fakes[platform]

    def asked(self, request: Request) -> Any:
        """The fake that a request is for."""
        first = request.path.split("/", 2)[1]
        return self.fakes.get("bluesky" if first == "xrpc" else first, self.mastodon)

    def fault(self, request: Request) -> Fault | None:
        with self.lock:
            return next((f for f in self.plan if f.strikes(request)), None)

    def answer(self, request: Request) -> Reply:
        with self.lock:
            fake = self.asked(request)
            prefix = next((f"/{key}" for key, one in self.fakes.items() if one is fake), "")
            try:
                return fake.handle(replace(request, path=request.path.removeprefix(prefix)))
            except Refusal as refusal:
                return refusal.reply

    def before(self, fault: Fault, request: Request) -> Reply | None:
        """The answer of a fault that strikes before anything is done, or None to go on."""
        fake = self.asked(request)
        if fault.action == "hang":
            fakes, let_go = self.fakes, self.let_go
            let_go.wait(fault.seconds)
            if self.abandoned is let_go or self.fakes is not fakes:  # after a reset it belongs to the test before
                return Reply(503, {"error": "Reset"})
        elif fault.action == "commit_late":
            return self.give_up(request, fault.seconds, fault.status if fault.status in REFUSALS else 504)
        elif fault.action == "status":
            return Reply(fault.status, fault.body if fault.body is not None else {"error": "Planned"})
        elif fault.action == "html_error":
            return Reply(502, "<html><body><h1>502 Bad Gateway</h1></body></html>", content_type="text/html")
        elif fault.action == "rate_limit":
            return fake.too_many(fault.seconds)
        elif fault.action in ("expire_token", "revoke_token"):
            with self.lock:
                fake.kill_token(request.token, fault.action)
        return None

    def give_up(self, request: Request, seconds: float, status: int = 504) -> Reply:
        """What a gateway answers while the server behind it carries the request out so many seconds later."""
        with self.lock:
            self.late.append(request)
        timer = threading.Timer(seconds, self.carry_out_late, [request])
        timer.daemon = True
        timer.start()
        return gateway_error(status)

    def carry_out_late(self, *requests: Request) -> None:
        """Do what a gateway had given up; all of it unless named. Each request once, and none from before a reset.

        It was in a queue, so a server that knows the key of another request by now answers with that one's post:
        Mastodon looks the key up when it begins with a request, and holds a lock since pull request 37879 (February
        2026). With `idempotency` "checked_early" it had begun before, as with an older Mastodon: the key does nothing.
        https://github.com/mastodon/mastodon/pull/37879 https://github.com/mastodon/mastodon/pull/21840
        """
        with self.lock:
            for request in [late for late in self.late if not requests or any(late is one for one in requests)]:
                self.late.remove(request)
                if self.options["idempotency"] == "checked_early":
                    request.headers.pop("idempotency-key", None)
                reply = self.answer(request)
                if request.method == "POST" and reply.status == 200 and isinstance(reply.body, dict):
                    # Mastodon names a post by "id", Bluesky by "uri".
                    self.carried_out_late |= {str(reply.body[name]) for name in ("id", "uri") if name in reply.body}

    def control(self, request: Request) -> Reply:
        with self.lock:
            verb = request.path.removeprefix("/__fake__/").split("/")
            body = request.json() if request.body else {}
            return Reply(200, self._controls(request.method, verb, body))

    def _controls(self, method: str, verb: list[str], body: Any) -> Any:
        match verb:
            case ["plan"]:
                self.plan = [] if method == "DELETE" else [*self.plan, *([Fault(**body)] if body else [])]
                return [vars(fault) for fault in self.plan]
            case ["ledger"]:
                return self.ledger
            case ["public", name]:
                return [post for fake in self.fakes.values() for post in fake.public(name)]
            case ["account"]:
                return self.fake(body["platform"]).account(body["name"])
            case ["react"]:
                return self.fake(body["platform"]).react(body["post"], body["kind"], body.get("text", ""))
            case ["options"]:
                unknown = set(body) - set(self.options)
                assert not unknown, unknown
                self.options |= body
                return self.options
            case ["clock"]:
                self.clock.ahead += timedelta(seconds=body["advance"])
                return self.clock.now().isoformat()
            case ["late"]:
                self.carry_out_late()
                return "carried out"
            case ["release"]:
                self.release()
                return "released"
            case ["reset"]:
                self.reset()
                return "forgotten"
        raise KeyError(verb)


def given_up() -> Reply | None:
    """What a caller gets of a call that the server behind the gateway has not carried out, or not yet: an error of the
    gateway, or None, a connection that is cut."""
    status = random.choice((502, 504, 0))
    return gateway_error(status) if status else None


def gateway_error(status: int) -> Reply:
    return Reply(status, f"<html><body><h1>{status}</h1></body></html>", content_type="text/html")


def given_out(request: Request) -> Reply:
    """A file of the tests at a public address, for networks that fetch by themselves."""
    from tests.platforms.bench import FILES

    content = FILES.get(request.path.removeprefix("/__media__/"))
    if content is None:
        return Reply(404, "not here", content_type="text/plain")
    if sides := request.one("sides"):
        content = _fitted(content, *(int(side) for side in sides.split("x")))
    kind = (
        "image/png" if content.startswith(b"\x89PNG") else "image/jpeg" if content[:2] == b"\xff\xd8" else "video/mp4"
    )
    return Reply(200, content, content_type=kind)


def _fitted(content: bytes, longer: int, shorter: int) -> bytes:
    """As the portal gives a picture out to a network that takes only smaller ones."""
    out, picture = io.BytesIO(), Image.open(io.BytesIO(content)).convert("RGB")
    picture.thumbnail((longer, shorter) if picture.width >= picture.height else (shorter, longer))
    picture.save(out, "JPEG")
    return out.getvalue()


def fetched(url: str) -> tuple[bytes, str]:
    """(bytes, type) of what a network takes by its address; a redirect, a cookie or anything but 200 is refused.

    Raises `OSError`. Called without the world's lock: the address may lead to this very server.
    """
    import urllib.request

    class Straight(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    with urllib.request.build_opener(Straight).open(url, timeout=5) as answer:
        if answer.headers.get("set-cookie"):
            raise OSError("a cookie where none belongs")
        return answer.read(), answer.headers.get_content_type()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave apart; on a kept connection the second would wait 40 ms for the other side's acknowledgement.
    disable_nagle_algorithm = True
    world: World

    def _serve(self) -> None:
        parts = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {k.lower(): v for k, v in self.headers.items()}
        request = Request(self.command, parts.path, urllib.parse.parse_qs(parts.query), headers, body)
        if request.path.startswith("/__fake__/"):
            self._send(self.world.control(request))
            return
        if request.path.startswith("/__media__/"):
            self._send(given_out(request))
            return
        fault = self.world.fault(request)
        # Telegram has the token in the address.
        path = re.sub(r"/bot[^/]+/", "/bot…/", request.path)
        entry = {"method": request.method, "path": path, "action": fault.action if fault else None}
        entry |= {"at": self.world.clock.now().isoformat(), "key": headers.get("idempotency-key"), "status": None}
        exchange = Exchange(request)
        with self.world.lock:
            self.world.ledger.append(entry)
            # A test that calls the fake itself does so without the name of our client.
            if self.world.exchanges is not None and headers.get("user-agent") == USER_AGENT:
                self.world.exchanges.append(exchange)
        reply = self._reply(request, fault)
        entry["status"] = reply.status if reply else None
        exchange.reply = reply if fault is None else None
        if reply:
            self._send(reply, cut=bool(fault and fault.action == "truncate_body"))
        else:
            self._drop()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815

    def _reply(self, request: Request, fault: Fault | None) -> Reply | None:
        """None: the connection is dropped without a word."""
        if latency := self.world.options["latency"]:
            time.sleep(latency)
        if fault and fault.action == "drop_before":
            return None
        if fault and fault.action not in AFTER:
            fakes = self.world.fakes
            planned = self.world.before(fault, request)
            if planned:
                return planned
            if fakes is not self.world.fakes:
                return None  # everything was forgotten while it hung: it is no business of the next test
        publishes = request.method in ("POST", "PUT") and bool(PUBLISHES.search(request.path))
        if publishes and random.random() < self.world.options["lost_calls"]:
            return given_up()
        if publishes and random.random() < self.world.options["late_commits"]:
            self.world.give_up(request, random.uniform(0.2, LATEST_COMMIT))
            return given_up()
        if publishes and random.random() < self.world.options["rate_limits"]:
            return gateway_error(429)
        if publishes and random.random() < self.world.options["late_rate_limits"]:
            return self.world.give_up(request, random.uniform(0.2, LATEST_COMMIT), 429)
        reply = self.world.answer(request)
        if publishes and random.random() < self.world.options["lost_answers"]:
            return None
        if fault and fault.action == "commit_then_drop":
            return None
        if fault and fault.action == "commit_then_hang":
            self.world.let_go.wait(fault.seconds)
        if fault and fault.action == "commit_then_500":
            return Reply(500, {"error": "InternalServerError", "message": "Internal Server Error"})
        return reply

    def _send(self, reply: Reply, cut: bool = False) -> None:
        content = reply.encoded()
        # The other side may have given up by now, which is its right.
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content[: len(content) // 2] if cut else content)
                self.wfile.flush()
        if cut:
            self._drop()

    def _drop(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            # A reset rather than an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """The ledger is the log."""


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the game; anything else must be seen."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class FakeServer:
    """A running server and what tests ask of it (the same as over HTTP)."""

    def __init__(self, port: int) -> None:
        self.world = World()
        handler = type("Handler", (_Handler,), {"world": self.world})
        self._server = _Threads(("127.0.0.1", port), handler)
        self.port = self._server.server_address[1]
        self.url = self.world.url = f"http://127.0.0.1:{self.port}"
        # Bluesky accounts live on "another" host than the one people sign in at.
        self.allow = frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})
        self.thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def default_accounts(self) -> dict[str, Any]:
        return {name: self.account(name, "opstina") for name in FAKES}

    def _control(self, method: str, path: str, content: Any = None) -> Any:
        body = json.dumps(content).encode() if content is not None else b""
        return self.world.control(Request(method, f"/__fake__/{path}", {}, {}, body)).body

    def plan(self, action: str, path: str, **more: Any) -> None:
        self._control("POST", "plan", {"action": action, "path": path, **more})

    def ledger(self) -> list[dict[str, Any]]:
        return self._control("GET", "ledger")

    def public(self, account: str) -> list[dict[str, Any]]:
        return self._control("GET", f"public/{account}")

    def account(self, platform: str, name: str) -> dict[str, Any]:
        return self._control("POST", "account", {"platform": platform, "name": name})

    def react(self, platform: str, post: str, kind: str, text: str = "") -> Any:
        return self._control("POST", "react", {"platform": platform, "post": post, "kind": kind, "text": text})

    def options(self, **options: Any) -> None:
        self._control("POST", "options", options)

    def advance(self, seconds: float) -> None:
        self._control("POST", "clock", {"advance": seconds})

    def carry_out_late(self) -> None:
        self._control("POST", "late")

    def never_carry_out_late(self) -> None:
        self.world.late.clear()

    def release(self) -> None:
        self._control("POST", "release")

    def abandon(self) -> None:
        self.world.abandon()

    def reset(self) -> None:
        self._control("POST", "reset")

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def cast_vote(votes: list[set[str]], text: str) -> None:
    """Count a vote in the answers of a poll. `text` is JSON: who, and the places of the answers; none takes the votes
    of that person away again (an account that is deleted takes its votes along)."""
    vote = json.loads(text)
    for place, people in enumerate(votes):
        people.discard(vote["who"])
        if place in vote["choices"]:
            people.add(vote["who"])


@contextlib.contextmanager
def running(port: int = 0) -> Iterator[FakeServer]:
    server = FakeServer(port)
    server.start()
    try:
        yield server
    finally:
        server.stop()


Route = tuple[str, str, Callable[..., Any]]


def routed(routes: list[Route], request: Request) -> Any:
    """Call the route's function with the request and the groups of its pattern."""
    allowed = False
    for method, pattern, function in routes:
        match = re.fullmatch(pattern, request.path)
        if match and method == request.method:
            return function(request, *match.groups())
        allowed = allowed or bool(match)
    raise Refusal(405 if allowed else 404, {"error": "Method not allowed" if allowed else "Record not found"})
