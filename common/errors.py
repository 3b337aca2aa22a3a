"""The error that a verb raises when a requested action is not allowed. `common.web.errors` shows it."""

from collections.abc import Sequence


class ActionNotAllowed(Exception):
    """The rules or the state of things forbid the act.

    `message` is a sentence for the person who asked: what happened, and what to do. `field` names the form's field that
    it is about, or is empty. `details` are further sentences, each with one reason.
    """

    def __init__(self, message: str, field: str = "", *, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message, self.field, self.details = message, field, tuple(details)
