"""Whether the municipality's own mail server verified the address in From: Authentication-Results (RFC 8601). Pure.

Anybody can write such a header. Only the topmost one with a name (authserv-id) that the municipality entered counts:
servers write theirs above what they received, and remove received ones with their own name (RFC 8601, 5).
"""

import re
from collections.abc import Iterable, Sequence

# Comments are gone before this is applied, and white space is single spaces.
PAIR = re.compile(r' ?([a-z][a-z0-9._-]{0,63})(?:/\d{1,3})? ?= ?((?:"(?:[^"\\]|\\.)*"|[^\s";])+) ?', re.IGNORECASE)
QUOTED = re.compile(r"\\(.)")


def is_verified(headers: Iterable[str], servers: frozenset[str], sender: str) -> bool:
    """`headers`: all Authentication-Results of a mail, the topmost first. `servers`: names in lower case. `sender`: the
    address in From in lower case, its domain in ASCII."""
    for header in headers:
        server, *results = _clauses(header)
        name, _, version = server.replace('"', " ").strip().lower().partition(" ")
        if name in servers:
            return version.strip() in ("", "1") and _is_aligned(results, sender.rpartition("@")[2])
    return False


def _clauses(header: str) -> list[str]:
    """The header without comments, split at its semicolons. What an unclosed comment or string hides is lost."""
    clauses, depth, is_quoted, is_escaped = [""], 0, False, False
    for character in header:
        was_inside = depth > 0
        if is_escaped:
            is_escaped = False
        elif character == "\\":
            is_escaped = is_quoted or was_inside
        elif is_quoted:
            is_quoted = character != '"'
        elif character == "(":
            depth += 1
        elif was_inside:
            depth -= character == ")"
        elif character == '"':
            is_quoted = True
        elif character == ";":
            clauses.append("")
            continue
        clauses[-1] += " " if was_inside or depth else character
    return clauses


def _is_aligned(results: Iterable[str], domain: str) -> bool:
    """Whether DMARC passed for `domain`, or DKIM or SPF for it or for a domain above it.

    Without the list of public suffixes a domain below it proves nothing: who has evil.example.rs may be another one
    than who has example.rs. DMARC, which knows the list, covers such senders.
    """
    is_aligned = False
    for (method, result), *properties in filter(None, map(_pairs, results)):
        # The first one counts.
        values = dict(reversed(properties))
        if method == "dmarc" and result == "fail":
            return False
        if result != "pass":
            continue
        if method == "dmarc":
            is_aligned |= _domain(values.get("header.from", "")) == domain
        elif method == "dkim":
            is_aligned |= _is_within(domain, _domain(values.get("header.d") or values.get("header.i", "")))
        elif method == "spf":
            is_aligned |= _is_within(domain, _domain(values.get("smtp.mailfrom", "")))
    return is_aligned


def _pairs(clause: str) -> Sequence[tuple[str, str]]:
    """(name, value) of one result: its method first, then its properties. Empty where it is written differently."""
    pairs, at, clause = [], 0, " ".join(clause.split())
    while at < len(clause):
        match = PAIR.match(clause, at)
        if match is None:
            return ()
        pairs.append((match[1].lower(), QUOTED.sub(r"\1", match[2].replace('"', "")).lower()))
        at = match.end()
    return pairs


def _domain(value: str) -> str:
    """Of a domain or an address, in ASCII; "" for what is none."""
    try:
        return value.rpartition("@")[2].rstrip(".").encode("idna").decode()
    except UnicodeError:
        return ""


def _is_within(domain: str, authenticated: str) -> bool:
    return "." in authenticated and f".{domain}".endswith(f".{authenticated}")
