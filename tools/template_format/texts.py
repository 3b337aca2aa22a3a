"""Translated texts on several lines that keep their msgid."""

import re

WORD = re.compile(r"(?:\{\{.*?\}\}|\{%.*?%\}|<[^>]*>|[^ ])+")
OPENING = re.compile(r"\{%\s*(blocktranslate|blocktrans)\b(.*?)%\}")
PLURAL = re.compile(r"\{%\s*plural\s*%\}")
CLOSING = re.compile(r"\{%\s*end(?:blocktranslate|blocktrans)\s*%\}")
COMMENT = re.compile(r"(\{%\s*comment\b.*?%\})(.*)(\{%\s*endcomment\s*%\})", re.DOTALL)
TRANSLATE = re.compile(
    r'\{%\s*(?:translate|trans)\s+(?:"([^"\\%{}]+)"|\'([^\'\\%{}]+)\')(\s+context\s+"[^"]*")?(?:\s+as\s+(\w+))?\s*%\}'
)


def block_lines(block: str, width: int) -> list[str] | None:
    """`{% blocktranslate trimmed %}` with its text below it; None where that would change the message."""
    opening, closing = OPENING.match(block), CLOSING.search(block)
    if not opening or not closing or closing.end() != len(block):
        return None
    texts = PLURAL.split(block[opening.end() : closing.start()])
    options = opening[2].split()
    if "trimmed" in options:
        texts = [_trimmed(text) for text in texts]
    else:
        options.insert(0, "trimmed")
    if any("\n" in text or text != text.strip() or "  " in text or not text for text in texts):
        return None
    lines = ["{% " + " ".join([opening[1], *options]) + " %}"]
    for number, text in enumerate(texts):
        if number:
            lines.append("{% plural %}")
        lines += ["  " + line for line in filled(WORD.findall(text), width - 2)]
    return [*lines, closing[0]]


def _trimmed(text: str) -> str:
    """As Django does it."""
    return re.sub(r"\s*\n\s*", " ", text.strip())


def on_one_line(block: str) -> str | None:
    """A block that is trimmed, on one line; None where a line break belongs to the text."""
    if "\n" not in block:
        return block
    opening, closing = OPENING.match(block), CLOSING.search(block)
    if not opening or not closing or "trimmed" not in opening[2].split():
        return None
    texts = PLURAL.split(block[opening.end() : closing.start()])
    return opening[0] + "{% plural %}".join(_trimmed(text) for text in texts) + closing[0]


def tag_lines(tag: str, width: int) -> list[str] | None:
    """A `{% translate %}` that is too long for a line, as a block with the same message."""
    match = TRANSLATE.fullmatch(tag)
    if not match:
        return None
    text = match[1] or match[2]
    if text != text.strip() or "  " in text:
        return None
    options = ["trimmed", *((match[3] or "").split(None, 1)), *(["asvar", match[4]] if match[4] else [])]
    opening = "{% blocktranslate " + " ".join(options) + " %}"
    return [opening, *("  " + line for line in filled(text.split(" "), width - 2)), "{% endblocktranslate %}"]


def comment_lines(block: str, width: int) -> list[str] | None:
    """`{% comment %}` on lines of its own."""
    match = COMMENT.fullmatch(block)
    if not match:
        return None
    text = match[2].strip()
    inner = [line.strip() for line in text.split("\n")] if "\n" in text else filled(text.split(), width - 2)
    return [match[1], *("  " + line if line else "" for line in inner), match[3]]


def split_comment(text: str, width: int) -> list[str]:
    """One `{# comment #}` per line."""
    return ["{# " + line + " #}" for line in filled(text[2:-2].split(), width - 6)]


def filled(words: list[str], width: int) -> list[str]:
    """Words with spaces between them, as many on a line as it holds."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
