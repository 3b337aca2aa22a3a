"""An act that the state of things forbids."""


class Refused(Exception):
    """The message is a sentence for the person who asked; `field` names the form's field it concerns, or is empty."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field
