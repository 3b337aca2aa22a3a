"""What a person asked for and cannot be done, in words for them."""


class Refused(Exception):
    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field
