"""Marks for pages of people who are signed in; their views take `accounts.web.SignedInRequest`."""

from collections.abc import Callable
from typing import Concatenate, TypeVar

from django.http.response import HttpResponseBase

from accounts.web import SignedInRequest
from common.access import Permission, mark

SignedInView = TypeVar("SignedInView", bound=Callable[Concatenate[SignedInRequest, ...], HttpResponseBase])


def administrators(view: SignedInView) -> SignedInView:
    """A page of the installation, for administrators (404 to everybody else)."""
    return mark(Permission("administrators"))(view)


def signed_in(view: SignedInView) -> SignedInView:
    return mark(Permission("signed_in"))(view)
