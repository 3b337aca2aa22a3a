"""Errors of the network. Messages are sentences in English, as a server's are."""


class ApiError(Exception):
    """`status` is the HTTP status, `error` Mastodon's short word where a program reads it."""

    status = 422

    def __init__(self, message: str, *, error: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.error = error


class Missing(ApiError):
    """It does not exist, or belongs to another account."""

    status = 404

    def __init__(self, message: str = "Record not found") -> None:
        super().__init__(message)


class NotAllowed(ApiError):
    status = 403


class BadGrant(ApiError):
    """An OAuth error. https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""

    status = 400


class BadClient(ApiError):
    status = 401
