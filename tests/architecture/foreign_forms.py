"""The forms of a page, and what a browser would send of each when somebody has filled it in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.posts.desk import picture_bytes

OFFERED = 3  # options of one list, and buttons of one form, that are tried


@dataclass
class Form:
    """`values` is what it sends as it stands; `options` what else a list offers; `buttons` are names and values."""

    addresses: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    free: set[str] = field(default_factory=set)  # fields in which somebody writes

    def bodies(self) -> list[dict[str, Any]]:
        """One for each of the first buttons."""
        return [{**self.values, name: value} for name, value in self.buttons[:OFFERED]] or [dict(self.values)]


def forms_of(html: str, path: str) -> list[Form]:
    """All that a page sends by POST; `path` is its own address."""
    parser = _Parser(path)
    parser.feed(html)
    parser.close()
    return parser.posted


class _Parser(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.posted: list[Form] = []
        self.open: Form | None = None
        self.by_id: dict[str, Form] = {}
        self.list_name, self.text_name = "", ""
        self.in_form: Form | None = None  # of the list or the text area that is open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if "hx-post" in values and tag != "form":
            sent = json.loads(values.get("hx-vals") or "{}")
            self.posted.append(Form([urljoin(self.path, values["hx-post"])], {name: str(sent[name]) for name in sent}))
        if tag == "form":
            self._open(values)
            return
        form = self.by_id.get(values.get("form", ""), self.open)
        if form is None:
            return
        if tag == "input":
            _fill(form, values)
        elif tag == "textarea" and values.get("name"):
            form.values.setdefault(values["name"], "")
            form.free.add(values["name"])
            self.text_name, self.in_form = values["name"], form
        elif tag == "select" and values.get("name"):
            form.options.setdefault(values["name"], [])
            self.list_name, self.in_form = values["name"], form
        elif tag == "option" and self.list_name and self.in_form:
            self._offer(self.in_form, values)
        elif tag == "button" and values.get("type", "submit") == "submit":
            if values.get("name"):
                form.buttons.append((values["name"], values.get("value", "")))
            if values.get("formaction"):
                form.addresses.append(urljoin(self.path, values["formaction"]))

    def _open(self, values: dict[str, str]) -> None:
        sent_to = values.get("hx-post") or values.get("action") or self.path
        form = Form([urljoin(self.path, sent_to)])
        # What scripts send the same fields to: the address stands in data-save and the like.
        form.addresses += [value for name, value in values.items() if name.startswith("data-") and value[:1] == "/"]
        if values.get("method", "get").lower() == "post" or "hx-post" in values:
            self.posted.append(form)
            self.open = form
        else:
            self.open = None
        if values.get("id"):
            self.by_id[values["id"]] = form

    def _offer(self, form: Form, values: dict[str, str]) -> None:
        value = values.get("value", "")
        if value:
            form.options[self.list_name].append(value)
        if "selected" in values or (value and not form.values.get(self.list_name)):
            form.values[self.list_name] = value

    def handle_data(self, data: str) -> None:
        if self.text_name and self.in_form:
            self.in_form.values[self.text_name] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.list_name = ""
        elif tag == "textarea" and self.text_name and self.in_form:
            name, self.text_name = self.text_name, ""
            self.in_form.values[name] = self.in_form.values[name].strip() or "Текст"


def _fill(form: Form, values: dict[str, str]) -> None:
    name, kind, value = values.get("name", ""), values.get("type", "text").lower(), values.get("value", "")
    if not name or name == "csrfmiddlewaretoken":
        return
    if kind == "submit":
        form.buttons.append((name, value))
    elif kind in ("checkbox", "radio"):
        form.options.setdefault(name, []).append(value or "on")
        if "checked" in values or name not in form.values:
            form.values[name] = value or "on"
    elif kind == "file":
        form.values[name] = _File(values.get("accept", ""))
    else:
        form.values.setdefault(name, value or _by_kind(kind, values))
        if kind != "hidden":
            form.free.add(name)


def _by_kind(kind: str, values: dict[str, str]) -> str:
    day = timezone.localdate() + timedelta(days=2)
    usual = {
        "hidden": "", "number": values.get("min") or "1", "date": f"{day:%Y-%m-%d}", "time": "09:00",
        "month": f"{day:%Y-%m}", "datetime-local": f"{day:%Y-%m-%d}T09:00", "color": "#123456",
        "email": "somebody@test.example", "url": "https://example.rs/",
    }  # fmt: skip
    return usual.get(kind, "Текст")


@dataclass(frozen=True)
class _File:
    """A file to choose. It can be read once, so each request makes its own."""

    accept: str

    def upload(self) -> SimpleUploadedFile:
        if "image" in self.accept or "png" in self.accept:
            return SimpleUploadedFile("fountain.jpg", _picture(), content_type="image/jpeg")
        if "csv" in self.accept:
            return SimpleUploadedFile("plan.csv", "Текст\nВода\n".encode(), content_type="text/csv")
        return SimpleUploadedFile("list.pdf", b"%PDF-1.7\n%%EOF", content_type="application/pdf")


@cache
def _picture() -> bytes:
    return picture_bytes()


def sendable(body: dict[str, Any]) -> dict[str, Any]:
    """With files in place of what stands for them."""
    return {name: value.upload() if isinstance(value, _File) else value for name, value in body.items()}
