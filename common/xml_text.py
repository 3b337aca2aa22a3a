"""Text for XML 1.0, which has no way to write some characters (https://www.w3.org/TR/xml/#charsets)."""

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """The text without them: a file with one of them opens nowhere."""
    return _FORBIDDEN.sub("", text)
