"""Addresses of pages, looked up once per process.

`reverse` compares a name with all patterns of that name and checks the result by a regular expression. A list has an
address in each row and the navigation thirty, and they are the same in the next request.
"""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.safestring import SafeString

# Of other types two values may be equal, but have different addresses: True and 1.
_TYPES = {int, str, SafeString, UUID}


def address(name: str, *args: Any) -> str:
    """As `reverse(name, args=args)`; raises `NoReverseMatch`."""
    if all(type(arg) in _TYPES for arg in args):
        return _address(name, args, get_urlconf(), get_script_prefix())
    return reverse(name, args=args)


@lru_cache(maxsize=8192)
def _address(name: str, args: tuple[Any, ...], urlconf: Any, _prefix: str) -> str:
    return reverse(name, urlconf, args=args)
