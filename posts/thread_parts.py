"""The posts of a thread in one text: a line that holds only hyphens begins the next one. Pure.

The text stays one text wherever people write and compare it. `static/js/text/compose.js` does the same in the browser.
"""

SEPARATOR = "---"


def split(text: str) -> list[str]:
    """The texts of its posts, trimmed, without empty ones. A text without a separator is one post; none is empty."""
    posts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if _is_separator(line):
            posts.append([])
        else:
            posts[-1].append(line)
    return [post for lines in posts if (post := "\n".join(lines).strip())]


def joined(text: str) -> str:
    """The text as one post: a blank line stands for each separator. A text without one stays as it is."""
    return "\n\n".join(split(text)) if has_separator(text) else text


def has_separator(text: str) -> bool:
    return any(_is_separator(line) for line in text.split("\n"))


def _is_separator(line: str) -> bool:
    hyphens = line.strip(" \t")
    return len(hyphens) >= len(SEPARATOR) and not hyphens.strip("-")
