"""Finds the parts of a text that no script conversion may touch: addresses, mentions, hashtags, markup, placeholders.

`spans(text)` returns the protected ranges, `pieces(text)` splits a text into protected and free ones. Used by both
directions of `transliteration` and by the mixed-script check. Linear time: a part that begins again inside itself
("{{ {{") or never ends must not cost more than its length.
"""

import re
from collections.abc import Iterator

# Endings that make a bare "name.ending" an address. A closed list, because people forget the space after a full stop.
_TOP_LEVELS = (
    "rs|срб|com|org|net|info|eu|gov|edu|int|ch|ba|me|hr|si|mk|hu|ro|bg|al|at|de|fr|it|uk|us|io|co|tv|app|dev|ly|gl|be|"
    "social|online|example|test|localhost"
)
_FILE_ENDINGS = (
    "pdf|docx?|xlsx?|pptx?|odt|ods|odp|txt|csv|rtf|zip|rar|7z|"
    "jpe?g|png|gif|webp|heic|avif|svg|mp4|mov|mp3|srt|vtt|html?"
)

_PROTECTED = re.compile(
    rf"""
      \{{\{{(?:(?!\{{\{{|\}}\}}).)*+\}}\}}                       # {{{{placeholder}}}}
    | \{{%(?:(?!\{{%|%\}}).)*+%\}}                             # template tag
    | \{{[A-Za-z_][\w.]*\}}                                    # {{name}}
    | %\([A-Za-z_]\w*\)[sdif] | %[sdif](?![^\W\d_])            # %(name)s, %s
    | `[^`\n]+`                                                # code
    | </?[A-Za-z][^<>]*> | <!--(?:(?!<!--|-->).)*+-->           # markup
    | &(?:[A-Za-z]+|\#\d+|\#x[0-9a-fA-F]+);                    # character reference
    | (?<=\])\([^()\s]+\)                                      # target of a Markdown link
    | [A-Za-z][A-Za-z0-9+.-]{{0,30}}://[^\s<>"„”“»]+           # address with a scheme
    | (?:mailto|tel):[^\s<>]+
    | (?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++             # e-mail
    | (?<![\w@])@[\w.-]*\w(?:@[\w-]+(?:\.[\w-]+)+)?            # mention, also @name@server
    | (?<![\w&])\#\w+                                          # hashtag
    | (?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:{_FILE_ENDINGS})(?![\w]) # file name
    | (?<![\w.-])(?:[a-z0-9-]+\.)+(?:{_TOP_LEVELS})(?!\w|-\w)(?::\d+)?(?:[/?\#][^\s<>"„”“»]*)?   # bare domain
    | (?<![\w.-])(?:[а-яђјљњћџ0-9-]+\.)+срб(?!\w)(?:[/?\#][^\s<>"„”“»]*)?
    | \butm_[a-z]+=\S+
    | (?<![\w:]):[a-z0-9_+-]+:(?!\w)                           # emoji shortcode
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every protected stretch, in order, never overlapping."""
    return [match.span() for match in _PROTECTED.finditer(text)]


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Cuts `text` into `(piece, is_protected)`; joined, the pieces are the text again."""
    position = 0
    for start, end in spans(text):
        if start > position:
            yield text[position:start], False
        yield text[start:end], True
        position = end
    if position < len(text):
        yield text[position:], False
