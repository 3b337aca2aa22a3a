"""Which senders count as verified by the municipality's own mail server, however the header is written or forged."""

from __future__ import annotations

import time

import pytest

from platforms.mail.authentication import is_verified
from platforms.mail.parsing import Mail, parse, slim

SERVER = "mx.opstina.rs"
SERVERS = frozenset({SERVER})
TEXT = "Subject: Рупа\r\nMessage-ID: <m1@primer.rs>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nТекст\r\n"


def result(*clauses: str, server: str = SERVER) -> str:
    return f"{'; '.join([server, *clauses])}"


def mail(*headers: str, sender: str = "Мара <mara@primer.rs>") -> Mail:
    lines = "".join(f"{header}\r\n" for header in (*headers, f"From: {sender}"))
    return parse(slim(f"{lines}{TEXT}".encode()), SERVERS)


def trusted(*clauses: str) -> str:
    return f"Authentication-Results: {result(*clauses)}"


@pytest.mark.parametrize(
    "clauses",
    [
        ["dmarc=pass header.from=primer.rs"],
        ["dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=Primer.RS"],
        ["dkim=pass header.d=primer.rs header.s=a header.b=AbC+/1="],
        ["dkim=pass (2048-bit key; unprotected) header.i=@primer.rs"],
        ["dkim=fail header.d=primer.rs", "dkim=pass header.d=primer.rs"],
        ['dkim=pass reason="good; signature" header.d=primer.rs'],
        ["spf=pass (google.com: domain of mara@primer.rs designates 1.2.3.4) smtp.mailfrom=mara@primer.rs"],
        ["spf=pass smtp.mailfrom=primer.rs smtp.helo=a.zlo.rs"],
        ['spf=pass smtp.mailfrom="mara; x"@primer.rs'],
        ["spf=fail smtp.mailfrom=x@zlo.rs", "dkim = pass header.d = primer.rs"],
        ["DKIM/1=Pass (a (nested \\) ; comment)) header.d=primer.rs."],
        ["dmarc=none header.from=primer.rs", "spf=pass smtp.mailfrom=mara@primer.rs"],
    ],
)
def test_a_sender_is_verified_by_dmarc_or_by_what_is_aligned(clauses: list[str]) -> None:
    assert mail(trusted(*clauses)).is_verified is True
    folded = trusted(*clauses).replace("; ", ";\r\n\t")
    assert mail(folded.replace(SERVER, f"(a comment) {SERVER.upper()} 1")).is_verified is True


@pytest.mark.parametrize(
    "clauses",
    [
        ["none"],
        [""],
        ["dkim=none", "spf=none"],
        ["dmarc=pass header.from=zlo.rs"],
        ["dmarc=pass"],
        ["dmarc=pass header.from=a.primer.rs"],
        ["dkim=pass header.d=zlo.rs"],
        ["dkim=pass header.d=rs"],
        ["dkim=pass header.d=zloprimer.rs"],
        ["dkim=pass header.d=zlo.primer.rs"],
        ["dkim=pass"],
        ["dkim=neutral header.d=primer.rs"],
        ["dkim=pass (header.d=primer.rs)"],
        ["dkim=pass (header.d=primer.rs"],
        ['dkim=pass reason="header.d=primer.rs" header.d=zlo.rs'],
        ['dkim=pass "header.d=primer.rs"'],
        ["dkim=pass header.d=zlo.rs header.d=primer.rs"],
        ["dkim=fail dkim=pass header.d=primer.rs"],
        ["spf=pass smtp.mailfrom=mara@zlo.rs"],
        ['spf=pass smtp.mailfrom="; dmarc=pass header.from=primer.rs"@zlo.rs'],
        ["spf=pass smtp.helo=primer.rs"],
        ["spf=pass smtp.mailfrom=primer.rs@zlo.rs"],
        ["spf=softfail smtp.mailfrom=mara@primer.rs"],
        ["arc=pass header.d=primer.rs"],
        ["dmarc=fail header.from=primer.rs", "dkim=pass header.d=primer.rs"],
        ["dkim=pass header.d=primer.rs", "dmarc=fail header.from=primer.rs"],
    ],
)
def test_anything_else_is_not_verified(clauses: list[str]) -> None:
    assert mail(trusted(*clauses)).is_verified is False


def test_a_domain_above_the_senders_is_enough_where_dkim_or_spf_passed() -> None:
    sender = "mara@posta.primer.rs"
    assert is_verified([result("dkim=pass header.d=primer.rs")], SERVERS, sender)
    assert is_verified([result("spf=pass smtp.mailfrom=x@primer.rs")], SERVERS, sender)
    assert not is_verified([result("dmarc=pass header.from=primer.rs")], SERVERS, sender)


def test_only_the_topmost_header_of_the_own_server_counts() -> None:
    good, bad = "dmarc=pass header.from=primer.rs", "dmarc=fail header.from=primer.rs"
    other = "Authentication-Results: mx.zlo.rs; "
    assert mail(other + good).is_verified is False
    assert mail(f"ARC-{trusted(good)}").is_verified is False
    assert mail(other + bad, trusted(good)).is_verified is True
    assert mail("Received: from a by b", trusted(good), "Received: from c by d").is_verified is True
    # what a stranger wrote stands below
    assert mail(trusted(bad), trusted(good)).is_verified is False
    assert mail(trusted("none"), "Received: from a by b", trusted(good)).is_verified is False
    assert mail(f"Authentication-Results: {SERVER} 2; {good}", trusted(good)).is_verified is False
    assert mail(f"X-{trusted(good)}", f"Authentication-Results: {SERVER}.zlo.rs; {good}").is_verified is False
    assert mail().is_verified is False


def test_nothing_is_claimed_where_no_server_is_entered() -> None:
    content = f"{trusted('dmarc=pass header.from=primer.rs')}\r\nFrom: mara@primer.rs\r\n{TEXT}".encode()
    assert parse(content).is_verified is None


@pytest.mark.parametrize(
    "sender",
    [
        '"mara@primer.rs" <x@zlo.rs>', "mara@primer.rs <x@zlo.rs>", "x@zlo.rs (mara@primer.rs)",
        "mara@primer.rs, x@zlo.rs", "Мара: mara@primer.rs, x@zlo.rs;", "=?utf-8?q?mara=40primer.rs?=", "",
        "x@zlo.rs\r\nFrom: mara@primer.rs", "mara@primer.rs@zlo.rs", "<mara@primer.rs\r\n >",
    ],
)  # fmt: skip
def test_who_only_looks_like_the_verified_sender_is_not(sender: str) -> None:
    read = mail(trusted("dmarc=pass header.from=zlo.rs", "spf=pass smtp.mailfrom=x@zlo.rs"), sender=sender)
    assert (read.sender, read.is_verified) in (("x@zlo.rs", True), ("mara@primer.rs", False), ("", False))


def test_domains_in_other_alphabets_are_compared_in_ascii() -> None:
    for written in ("општина.срб", "xn--80appcfs5b.xn--90a3ac"):
        read = mail(trusted(f"dkim=pass header.d={written}"), sender="Мара <a@општина.срб>")
        assert (read.sender, read.is_verified) == ("a@xn--80appcfs5b.xn--90a3ac", True)


def test_a_hostile_header_is_read_quickly() -> None:
    for part in ("(", '"', "\\", ";", "a=", 'a="b" ', "dkim=pass a.b=c ", "((a)", "=" * 3, "\r\n "):
        headers = [f"{SERVER}; {part * 20_000}"[:8192]] * 20
        begun = time.thread_time()
        assert not is_verified(headers, SERVERS, "mara@primer.rs")
        assert time.thread_time() - begun < 1
