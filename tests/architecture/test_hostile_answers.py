"""The checks of `hostile_answers` see each kind of mistake, and nothing in what is right."""

from __future__ import annotations

import io
import zipfile
from email.message import Message
from typing import Any

import openpyxl
import pytest
import typst
from icalendar import Calendar, vText

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils.html import escape
from django.utils.safestring import SafeString

from common.direction import without_bidi_controls
from tests.architecture import hostile_answers as answers
from tests.architecture import hostile_rows as rows
from tests.architecture.hostile_answers import EXCEL, Answer

WORDS = rows.FULL.format(n=100)
SAFE = {"X-Content-Type-Options": "nosniff"}


def answer(body: bytes | str, kind: str = "text/html", status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body.encode() if isinstance(body, str) else body
    return Answer("/", "officer", status, {"Content-Type": kind, **SAFE, **named}, raw)


def workbook(value: str, kind: str) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    cell = book.active.cell(1, 1)
    cell.value, cell.data_type = value, kind
    book.save(out)
    return out.getvalue()


def archive(name: str, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, body)
    return out.getvalue()


def calendar(**values: Any) -> bytes:
    made = Calendar()
    made.add("prodid", "-//Tests//")
    for name, value in values.items():
        made.add(name, value)
    return bytes(made.to_ical())


def pdf(source: str) -> bytes:
    return bytes(typst.compile(source.encode()))


def code_field(code: str) -> str:
    return f"<textarea readonly data-code>{code}</textarea>"


QUOTED = '"' + WORDS.replace('"', '""') + '"'

WRONG = {
    "an element": answer(f"<p>{WORDS}</p>"),
    "an attribute": answer(f'<p title="{WORDS.replace("<", "&lt;")}">x</p>'),
    "a mark of direction": answer("<p>a\u202eb</p>"),
    "a template's sum": answer("<p>zq100_49</p>"),
    "escaped twice": answer(f"<p>{escape(str(escape(WORDS)))}</p>"),
    "an element in code to be copied": answer(code_field(escape(f"<i>{WORDS}</i>"))),
    "code to be copied that ends its field": answer(code_field(f"<i>{WORDS}</i>")),
    "code to be copied, escaped twice": answer(code_field(escape(str(escape(f"<i>{escape(WORDS)}</i>"))))),
    "no JSON": answer('{"a": "' + WORDS + '"}', "application/json"),
    "no nosniff": answer("{}", "application/json", X_Content_Type_Options=""),
    "a formula in CSV": answer(f"a,b\r\n{QUOTED},1\r\n", "text/csv"),
    "a broken row in CSV": answer("a,b\r\nx,y,z\r\n", "text/csv"),
    "a formula in a workbook": answer(workbook("=1+1", "f"), EXCEL),
    "a property of a calendar": answer(
        calendar(**{"x-name": vText("a")}).replace(b"X-NAME:a", b"X-NAME:a\r\nX-Zq: 1"), "text/calendar"
    ),
    "broken XML": answer(f"<a>{WORDS}</a>", "application/rss+xml"),
    "a foreign element of XML": answer("<a><zq100/></a>", "image/svg+xml"),
    "a handler in SVG": answer('<svg onload="x"/>', "image/svg+xml"),
    "a link in a PDF": answer(pdf('#link("https://zq.example/")[zq]'), "application/pdf"),
    "a script in a PDF": answer(pdf('#link("javascript:zq()")[zq]'), "application/pdf"),
    "a path out of an archive": answer(archive("../a.json", b"{}"), "application/zip"),
    "a page in an archive": answer(archive("a.html", WORDS.encode()), "application/zip"),
    "a header": answer("x", "text/plain", X_Zq="1"),
    "a file name": answer(
        "x", "text/plain", Content_Disposition=f'attachment; filename="{rows.CANARIES[2].format(n=1)}"'
    ),
    "a way to a script": answer("", Location="javascript:zq()"),
    "an error": answer("<p>Oops</p>", status=500),
}
RIGHT = {
    "a page": answer(without_bidi_controls(f'<p title="{escape(WORDS)}">{escape(WORDS)}</p>')),
    "code to be copied": answer(without_bidi_controls(code_field(escape(f"<i>{escape(WORDS)}</i>")))),
    "JSON": answer('{"a": "<zq100>"}', "application/json"),
    "CSV": answer(f"a,b\r\n\"'{QUOTED[1:]},-1\r\n", "text/csv"),
    "a workbook": answer(workbook("'" + WORDS.replace("\u202e", ""), "s"), EXCEL),
    "a calendar": answer(calendar(x_name=vText(WORDS)), "text/calendar"),
    "XML": answer(f"<a b='{escape(WORDS)}'>{escape(WORDS)}</a>", "application/atom+xml"),
    "a PDF": answer(pdf('#link("https://elsewhere.example/")[x]'), "application/pdf"),
    "an archive": answer(archive("a.json", b"{}"), "application/zip"),
    "a file name": answer("x", "text/plain", Content_Disposition='attachment; filename="a \\"b\\" <c>.pdf"'),
}


def test_each_mistake_is_seen(subtests: pytest.Subtests) -> None:
    for name, wrong in WRONG.items():
        with subtests.test(name):
            assert answers.problems(wrong)


def test_what_is_right_is_let_be(subtests: pytest.Subtests) -> None:
    for name, right in RIGHT.items():
        with subtests.test(name):
            assert answers.problems(right) == []


IN_A_PAGE = {
    "an element": f"<p>{WORDS}</p>",
    "an attribute without quotes": f"<p title={escape(WORDS)}>x</p>",
    "a script's words": "<script>const a = `zq100`</script>",
    "broken JSON": '<script type="application/json">{"a": zq100}</script>',
    "an address that runs": '<a href=" java\tscript:zq100()">x</a>',
    "a form's address that runs": '<form><button formaction="javascript:zq100()">x</button></form>',
    "values of htmx": '<i hx-vals=\'{"a": "zq100"b"}\'></i>',
    "a parameter of an address": '<a href="/m/x/?q=zq100&zqp=1">x</a>',
    "a style": '<p style="zq100">x</p>',
    "a class": '<p class="zq100">x</p>',
    "inside of a template element": "<template><zq100></zq100></template>",
    "a base": "<base href='https://zq.example/'>",
}


@pytest.mark.parametrize("name", IN_A_PAGE)
def test_a_browser_sees_what_words_became(browser: Any, name: str) -> None:
    page = browser.new_page()
    seen = answers.in_the_browser(page, [IN_A_PAGE[name]])
    page.close()
    assert seen[0]["found"]


def test_a_browser_sees_nothing_in_escaped_words_and_reads_forms(browser: Any) -> None:
    text = escape(WORDS)
    body = SafeString(
        '<p title="{0}">{0}</p><a href="https://x.example/?q={0}">x</a><form method="post" action="/a/">'
        '<input name="b" value="{0}"><textarea name="c">{0}</textarea><input type="hidden" name="d" value="1">'
        '<select name="e"><option value="1">x</option></select></form>'
    ).format(text)
    page = browser.new_page()
    seen = answers.in_the_browser(page, [body])[0]
    page.close()
    assert seen["found"] == []
    assert [(input_field["name"], input_field["isFree"]) for input_field in seen["forms"][0]["fields"]] == [
        ("b", True), ("c", True), ("d", False), ("e", False),
    ]  # fmt: skip


def test_mail_is_plain_words_for_one_person() -> None:
    right = EmailMessage("About =zq100_{{7*7}}", WORDS, "a@x.example", ["b@x.example"])
    assert list(answers.of_mail(right)) == []
    html = EmailMultiAlternatives("x", "x", "a@x.example", ["b@x.example"])
    html.attach_alternative("<p>x</p>", "text/html")
    several = EmailMessage("x", "x", "a@x.example", ["b@x.example, c@x.example"])
    escaped = EmailMessage("x", escape(WORDS), "a@x.example", ["b@x.example"])
    counted = EmailMessage("x", "zq100_49", "a@x.example", ["b@x.example"])
    header = EmailMessage("x", "x", "a@x.example", ["b@x.example"], headers={"X-Zq": "1"})
    assert isinstance(header.message(), Message)
    for wrong in (html, several, escaped, counted, header):
        assert list(answers.of_mail(wrong)), wrong
