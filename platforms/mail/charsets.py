"""The text of bytes whose declared character set may be missing or wrong."""

import codecs

# What people's mail programs send. Others (zlib, idna, punycode …) are no text, or slow to decode.
KNOWN = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "koi8-r", "koi8-u", "mac-cyrillic", "mac-latin2", "gb18030",
     "gbk", "gb2312", "big5", "euc_jp", "shift_jis", "iso2022_jp", "euc_kr", "cp852", "cp855", "cp866"}
    | {f"iso8859-{number}" for number in range(1, 17)}
    | {f"cp{number}" for number in range(1250, 1259)}
)  # fmt: skip
# Windows sends these under the names of the standards.
WIDER = {"iso8859-1": "cp1252", "ascii": "utf-8"}


def decoded(content: bytes, declared: str | None) -> str:
    """Never an exception."""
    for name in (_codec(declared), "utf-8"):
        if name:
            try:
                return content.decode(name)
            except UnicodeError:
                continue
    name = _codec(declared)
    return content.decode(name if name and name != "utf-8" else guessed(content), errors="replace")


def _codec(declared: str | None) -> str:
    try:
        name = codecs.lookup((declared or "")[:40].strip("\"' ")).name
    except (LookupError, ValueError):
        return ""
    return WIDER.get(name, name) if name in KNOWN else ""


def guessed(content: bytes) -> str:
    """Serbian without a character set: in Cyrillic most letters lie above ASCII, in Latin few do."""
    letters = sum(chr(one).isalpha() for one in content[:5000] if one < 128)
    above = sum(one >= 128 for one in content[:5000])
    return "cp1251" if above > letters else "cp1250"
