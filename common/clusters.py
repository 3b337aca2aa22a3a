"""Extended grapheme clusters (UAX 29): what a reader perceives as one character."""

import regex

# Flags first: to find where a flag begins, `\X` counts all letters of flags before it, for each of them.
_CLUSTER = regex.compile(r"\p{Regional_Indicator}{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X")


def clusters(text: str) -> list[str]:
    """Joined they are the text again. In linear time."""
    return _CLUSTER.findall(text)
