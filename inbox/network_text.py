"""Texts and ids as networks give them, made fit for the database. Pure."""

from common.null_characters import NUL

# Columns of names and of the networks' ids have so many characters.
MOST_CHARACTERS = 300


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot hold."""
    return text.replace(NUL, "")


def storable_name(text: str) -> str:
    """The same, as long as a column of a name."""
    return storable(text)[:MOST_CHARACTERS]


def is_storable_id(remote_id: str) -> bool:
    """Whether it can be stored as it is: an id that is changed would be another one."""
    return len(remote_id) <= MOST_CHARACTERS and NUL not in remote_id
