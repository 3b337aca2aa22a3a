"""Marks sentences for translation without Django: the caller that shows one translates it."""


def gettext_noop(text: str) -> str:
    return text
