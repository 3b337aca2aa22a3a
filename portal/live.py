"""`python -m portal.live`: the process that holds all streams of events to browsers (`common.live_streams`).

It hears from PostgreSQL which topics have changed (`LISTEN`, on a connection of its own) and passes that on. It knows
nobody and reads no table: web processes have checked who may know of a topic before they hand a connection over. No
stream lasts longer than `LIVE_STREAM_SECONDS`, after which the browser asks a web process again.
"""

import asyncio
import itertools
import json
import logging
import os
import resource
import signal
import socket
import time
from collections import defaultdict
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings
from django.utils.log import configure_logging

from common import identity
from common.direct_connection import connect
from common.live_streams import NOTIFY_CHANNEL, PATIENCE_SECONDS, short_address

log = logging.getLogger("portal.live")

# A comment this often tells proxies and browsers that the stream is alive.
COMMENT_SECONDS = 20.0
# Between two events of a topic; what changes in between is one event.
GAP_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
MOST_STREAMS = 2000
# As many windows of one person.
MOST_OF_PERSON = 10
# Bytes that a browser has not read yet.
MOST_UNREAD = 64 * 1024
# Its multiples lie evenly between 0 and 1, however many there are.
GOLDEN_RATIO, NUMBERS = 0.618034, itertools.count()
# PostgreSQL on another machine that is gone is missed within half a minute.
ALIVE = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


class Stream(asyncio.Protocol):
    """One open connection to a browser. Its head has been sent."""

    def __init__(self, streams: "Streams", topic: str, person: int, *, is_chunked: bool) -> None:
        self.streams, self.topic, self.person, self.is_chunked = streams, topic, person, is_chunked
        self.transport: asyncio.Transport | None = None
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._end = asyncio.get_running_loop().call_later(_lifetime(), self.end)

    def connection_lost(self, problem: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        self.streams.discard(self)

    def write(self, text: str) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > MOST_UNREAD:
            self.transport.abort()
            return
        data = text.encode()
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self.is_chunked else data)

    def end(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            if self.is_chunked:
                self.transport.write(b"0\r\n\r\n")
            self.transport.close()


def _lifetime() -> float:
    """Seconds. They differ, so that not all browsers come back at once after the process was restarted."""
    return settings.LIVE_STREAM_SECONDS * (0.75 + 0.25 * (next(NUMBERS) * GOLDEN_RATIO % 1))


class Streams:
    """All open streams by topic, and how often each topic has changed since this process began."""

    def __init__(self) -> None:
        self._by_topic: dict[str, set[Stream]] = defaultdict(set)
        self._of_person: dict[int, int] = defaultdict(int)
        self._began = f"{time.time_ns():x}"
        self._changes: dict[str, int] = defaultdict(int)
        self._sent_at: dict[str, float] = {}
        self._due: dict[str, asyncio.TimerHandle] = {}
        self.count = 0

    def new(self, topic: str, person: int, *, is_chunked: bool) -> Stream | None:
        """None when there are too many."""
        if self.count >= MOST_STREAMS or self._of_person[person] >= MOST_OF_PERSON:
            return None
        stream = Stream(self, topic, person, is_chunked=is_chunked)
        self._by_topic[topic].add(stream)
        self._of_person[person] += 1
        self.count += 1
        return stream

    def discard(self, stream: Stream) -> None:
        of_topic = self._by_topic.get(stream.topic, set())
        if stream not in of_topic:
            return
        of_topic.remove(stream)
        self.count -= 1
        self._of_person[stream.person] -= 1
        if not self._of_person[stream.person]:
            del self._of_person[stream.person]
        if not of_topic:
            del self._by_topic[stream.topic]

    def greet(self, stream: Stream, seen: str) -> None:
        """The number from which it counts. What came while a browser connected again is said at once."""
        topic = stream.topic
        event = "changed" if seen and seen != self._number(topic) else "ready"
        stream.write(self._event(event, topic))

    def changed(self, topic: str) -> None:
        """Says so to all streams of the topic, at most once in `GAP_SECONDS`."""
        self._changes[topic] += 1
        if topic in self._due or topic not in self._by_topic:
            return
        loop = asyncio.get_running_loop()
        wait = self._sent_at.get(topic, -GAP_SECONDS) + GAP_SECONDS - loop.time()
        if wait > 0:
            self._due[topic] = loop.call_later(wait, self._send, topic)
        else:
            self._send(topic)

    def everything_changed(self) -> None:
        """Nobody knows what was missed."""
        self._began = f"{time.time_ns():x}"
        for topic in list(self._by_topic):
            self.changed(topic)

    def comment(self) -> None:
        for stream in self._all():
            stream.write(":\n\n")

    def end(self) -> None:
        for stream in self._all():
            stream.end()

    def _all(self) -> list[Stream]:
        return list(itertools.chain.from_iterable(self._by_topic.values()))

    def _number(self, topic: str) -> str:
        return f"{self._began}-{self._changes[topic]}"

    def _event(self, name: str, topic: str) -> str:
        return f"id: {self._number(topic)}\nevent: {name}\ndata: {self._changes[topic]}\n\n"

    def _send(self, topic: str) -> None:
        self._due.pop(topic, None)
        self._sent_at[topic] = asyncio.get_running_loop().time()
        event = self._event("changed", topic)
        for stream in list(self._by_topic.get(topic, ())):
            stream.write(event)


class Listener:
    """Hears which topics have changed. A lost connection is opened again, and then all count as changed."""

    def __init__(self, streams: Streams) -> None:
        self.streams = streams
        self.listens = False

    async def run(self) -> None:
        while True:
            try:
                with closing(await asyncio.to_thread(connect, **ALIVE)) as connection:
                    if mismatch := await asyncio.to_thread(_mismatch, connection):
                        raise SystemExit(f"Dobošar does not start:\n{mismatch}")
                    await self._listen(connection)
            except psycopg2.Error as problem:
                log.warning("No notifications from the database; connecting again: %s", problem)
            finally:
                self.listens = False
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self, connection: Any) -> None:
        await asyncio.to_thread(_execute, connection, f"LISTEN {NOTIFY_CHANNEL}")
        self.listens = True
        self.streams.everything_changed()
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        descriptor = connection.fileno()
        loop.add_reader(descriptor, readable.set)
        try:
            while True:
                connection.poll()
                for topic in {notification.payload for notification in connection.notifies}:
                    self.streams.changed(topic)
                connection.notifies.clear()
                await readable.wait()
                readable.clear()
        finally:
            loop.remove_reader(descriptor)


def _mismatch(connection: Any) -> identity.Mismatch | None:
    with connection.cursor() as cursor:
        return identity.mismatch(cursor, settings.TOKEN_KEYS, settings.MEDIA_ROOT)


def _execute(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


class Door:
    """The Unix socket through which web processes hand connections over."""

    def __init__(self, path: Path, streams: Streams, listener: Listener) -> None:
        self.path, self.streams, self.listener = path, streams, listener
        self._tasks: set[asyncio.Task[None]] = set()
        self._socket = _bound(path)
        self._inode = path.stat().st_ino

    def open(self) -> None:
        asyncio.get_running_loop().add_reader(self._socket, self._accept)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        with suppress(FileNotFoundError):
            if self.path.stat().st_ino == self._inode:  # not that of a successor
                self.path.unlink()

    def _accept(self) -> None:
        try:
            control, _ = self._socket.accept()
        except OSError:
            return
        control.setblocking(False)
        task = asyncio.ensure_future(self._answer(control))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, control: socket.socket) -> None:
        with closing(control), suppress(OSError, ValueError, KeyError, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS * 5):
                wanted = json.loads(await asyncio.get_running_loop().sock_recv(control, 4096))
                if wanted.get("status"):
                    await self._say(control, {"streams": self.streams.count, "listens": self.listener.listens})
                else:
                    await self._take(control, wanted)

    async def _say(self, control: socket.socket, state: dict[str, Any]) -> None:
        await asyncio.get_running_loop().sock_sendall(control, json.dumps(state).encode() + b"\n")

    async def _take(self, control: socket.socket, wanted: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        stream = self.streams.new(wanted["topic"], wanted["person"], is_chunked=wanted["is_chunked"])
        if stream is None:
            await loop.sock_sendall(control, b"full\n")
            return
        try:
            await loop.sock_sendall(control, b"ok\n")
            browser = await _received(control)
            browser.setblocking(False)
            await loop.connect_accepted_socket(lambda: stream, browser)
            self.streams.greet(stream, wanted["seen"])
        finally:
            if stream.transport is None:
                self.streams.discard(stream)


async def _received(control: socket.socket) -> socket.socket:
    """The connection that comes through `control`. Raises OSError when none comes."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(control, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(control)
    _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    if not descriptors:
        raise OSError("nothing was handed over")
    return socket.socket(fileno=descriptors[0])


def _bound(path: Path) -> socket.socket:
    """Takes the place of an earlier socket at once. Only processes of the same user can connect."""
    door = socket.socket(socket.AF_UNIX)
    door.setblocking(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.with_name(f"{path.name}.{os.getpid()}")
    before.unlink(missing_ok=True)
    mask = os.umask(0o177)
    try:
        with short_address(before) as address:
            door.bind(address)
    finally:
        os.umask(mask)
    door.listen(128)
    before.replace(path)
    return door


async def _beat(streams: Streams) -> None:
    """Comments in all streams, and the file that the health check of a container reads."""
    commented_at = time.monotonic()
    while True:
        if settings.HEARTBEAT_FILE:
            Path(settings.HEARTBEAT_FILE).touch()
        await asyncio.sleep(HEARTBEAT_SECONDS)
        if time.monotonic() - commented_at >= COMMENT_SECONDS - 1:
            commented_at = time.monotonic()
            streams.comment()


async def serve() -> None:
    """Until SIGTERM or SIGINT."""
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    streams = Streams()
    listener = Listener(streams)
    door = Door(settings.LIVE_SOCKET, streams, listener)
    door.open()
    tasks = [asyncio.ensure_future(listener.run()), asyncio.ensure_future(_beat(streams))]
    stopped = asyncio.ensure_future(stopping.wait())
    done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
    door.close()
    streams.end()
    await asyncio.sleep(0)  # what ends the streams leaves
    for task in done:
        task.result()  # raises what ended it


def main() -> None:
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = MOST_STREAMS + 200
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    asyncio.run(serve())


if __name__ == "__main__":
    main()
