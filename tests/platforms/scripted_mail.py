"""A mail server that says what a test wants it to say, without encryption, on this machine.

Real servers are in `tests/platforms/real`; this one is for what they never do, and where they are not installed.
"""

from __future__ import annotations

import imaplib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

Answer = Callable[[bytes], bytes | None]
"""A line without its end → the bytes of the answer; None closes the connection."""


class Server:
    """`lines`: what was received, of all connections."""

    def __init__(self, greeting: bytes, answer: Answer) -> None:
        self.greeting, self.answer = greeting, answer
        self.lines: list[bytes] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                channel, _ = self.socket.accept()
                threading.Thread(target=self._serve, args=[channel], daemon=True).start()

    def _serve(self, channel: socket.socket) -> None:
        with channel, suppress(OSError):
            channel.sendall(self.greeting)
            for line in channel.makefile("rb"):
                self.lines.append(line.rstrip(b"\r\n"))
                answer = self.answer(line.rstrip(b"\r\n"))
                if answer is None:
                    return
                channel.sendall(answer)


@contextmanager
def serving(greeting: bytes, answer: Answer) -> Iterator[Server]:
    server = Server(greeting, answer)
    try:
        yield server
    finally:
        server.socket.close()


def imap(line: bytes, *, password: str = "tajna", capabilities: bytes = b"IMAP4rev1") -> bytes | None:
    """An empty mailbox."""
    tag, _, command = line.partition(b" ")
    word = command.split(b" ")[0].upper()
    if word == b"LOGIN":
        is_right = command.endswith(f'"{password}"'.encode())
        return tag + (b" OK done\r\n" if is_right else b" NO [AUTHENTICATIONFAILED] no\r\n")
    untagged = {
        b"CAPABILITY": b"* CAPABILITY " + capabilities + b"\r\n",
        b"EXAMINE": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] a\r\n* OK [UIDNEXT 1] a\r\n",
        b"UID": b"* SEARCH\r\n",
        b"LOGOUT": b"* BYE\r\n",
    }
    return untagged.get(word, b"") + tag + b" OK done\r\n"


def mailbox(mails: Sequence[bytes], sent: Sequence[bytes] = ()) -> Answer:
    """IMAP of a mailbox whose mails arrived ten minutes ago. A search finds all of them, except by Message-ID."""
    folders = {b"INBOX": list(mails), b"Sent": list(sent)}
    opened = [b"INBOX"]

    def answer(line: bytes) -> bytes | None:
        command = line.partition(b" ")[2]
        word, done = b" ".join(command.upper().split()[:2]), tag(line) + b" OK done\r\n"
        date = imaplib.Time2Internaldate(time.time() - 600).encode()
        if word.startswith(b"EXAMINE"):
            opened[0] = command.split()[1].strip(b'"')
            counted = len(folders[opened[0]])
            return b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] a\r\n* OK [UIDNEXT %d] a\r\n" % (counted, counted + 1) + done
        if word.startswith(b"LIST"):
            return b'* LIST (\\Sent) "/" Sent\r\n' + done
        here = dict(enumerate(folders[opened[0]], 1))
        if word == b"UID SEARCH":
            wanted = re.search(rb'Message-ID "([^"]+)"', command)
            uids = [uid for uid, mail in here.items() if not wanted or b"Message-ID: " + wanted[1] in mail]
            return b" ".join([b"* SEARCH", *(b"%d" % uid for uid in uids)]) + b"\r\n" + done
        if word == b"UID FETCH":
            fetched = [(uid, here[uid]) for uid in map(int, command.split()[2].split(b","))]
            if b"BODY" not in command:
                lines = [(b"RFC822.SIZE %d" % len(mail), uid) for uid, mail in fetched]
            else:
                lines = [(b"BODY[]<0> {%d}\r\n%s" % (len(mail), mail), uid) for uid, mail in fetched]
            return (
                b"".join(b"* %d FETCH (UID %d INTERNALDATE %s %s)\r\n" % (uid, uid, date, what) for what, uid in lines)
                + done
            )
        return imap(line)

    return answer


def smtp(line: bytes, *, password: str = "tajna", data: list[bytes] | None = None) -> bytes | None:
    """Takes everything. `data`: the lines of a mail that is under way."""
    word = line[:4].upper()
    if word == b"AUTH":
        import base64

        given = base64.b64decode(line.split(b" ")[-1]).split(b"\0")[-1].decode()
        return b"235 yes\r\n" if given == password else b"535 5.7.8 no\r\n"
    known = {b"EHLO": b"250-me\r\n250 AUTH PLAIN LOGIN\r\n", b"MAIL": b"250 ok\r\n", b"RCPT": b"250 ok\r\n",
             b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}  # fmt: skip
    if line == b".":
        return b"250 ok\r\n"
    return known.get(word, b"")


def tag(line: bytes) -> bytes:
    found = re.match(rb"[A-Z0-9]+", line)
    return found[0] if found else b"A"
