"""Mails as people's programs send them, and as nobody honest does: what the inbox shows of them."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from platforms.mail import parsing, quoting, sending, threads
from platforms.mail.access import Access
from platforms.mail.attachments import _decoded, source_of
from platforms.mail.charsets import decoded
from platforms.mail.folders import Mark, day
from platforms.mail.html_text import text_of
from platforms.mail.parsing import Mail, parse, slim
from platforms.types import AttachmentKind, Credential, Outgoing
from platforms.visibility import Visibility

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
HEAD = "From: Мара Јовић <Mara@Primer.rs>\r\nTo: gradjani@opstina.rs\r\nSubject: Рупа\r\nMessage-ID: <m1@primer.rs>\r\n"
TEXT = "Content-Type: text/plain; charset=utf-8\r\n"


def read(content: bytes | str) -> Mail:
    return parse(slim(content.encode() if isinstance(content, str) else content))


def plain(text: str, more: str = "") -> Mail:
    return read(f"{HEAD}{more}{TEXT}\r\n{text}")


def multipart(*parts: str, kind: str = "mixed") -> str:
    lines = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return f'{HEAD}MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary="b"\r\n\r\n{lines}--b--\r\n'


def attached(name: str, mime: str = "image/jpeg", content: bytes = b"x" * 20_000, how: str = "attachment") -> str:
    lines = base64.encodebytes(content).decode().replace("\n", "\r\n")
    return (
        f"Content-Type: {mime}\r\nContent-Disposition: {how}; filename={name}\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{lines}"
    )


def test_a_simple_mail() -> None:
    mail = plain("Добар дан,\r\n\r\nна путу је рупа.\r\n")
    assert (mail.sender, mail.sender_name) == ("mara@primer.rs", "Мара Јовић")
    assert (mail.subject, mail.message_id) == ("Рупа", "<m1@primer.rs>")
    assert mail.text == "Добар дан,\n\nна путу је рупа."
    assert (mail.recipients, mail.parts, mail.skipped) == (("gradjani@opstina.rs",), (), "")


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("windows-1251", "cp1251"), ("iso-8859-5", "iso8859-5"), ("utf-8", "utf-8"), ("koi8-r", "koi8-r"),
        ("no-such-charset", "utf-8"), ("us-ascii", "utf-8"), ("no-such-charset", "cp1251"), ("us-ascii", "cp1251"),
        ("utf-8", "cp1251"), ("zlib", "utf-8"), ("punycode", "utf-8"), ("\x00", "utf-8"), ("utf-16", "utf-16"),
    ],
)  # fmt: skip
def test_cyrillic_in_every_charset(declared: str, encoding: str) -> None:
    text = "Добар дан пише Мара на путу рупа"
    content = HEAD.encode() + f"Content-Type: text/plain; charset={declared}\r\n\r\n".encode() + text.encode(encoding)
    assert read(content).text == text


@pytest.mark.parametrize(
    ("declared", "encoding"), [("windows-1250", "cp1250"), ("iso-8859-2", "iso8859-2"), ("x", "cp1250")]
)
def test_latin_in_every_charset(declared: str, encoding: str) -> None:
    text = "Poštovani, šaht je otvoren, čekamo već mesec dana"
    content = HEAD.encode() + f"Content-Type: text/plain; charset={declared}\r\n\r\n".encode() + text.encode(encoding)
    assert read(content).text == text


def test_bytes_that_are_no_text_in_the_declared_charset_are_shown_as_far_as_possible() -> None:
    assert "abc" in decoded(b"abc\x81\xff\xfe\x98", "utf-8")
    assert decoded(b"", None) == ""


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit", "x-unknown", "uuencode"])
def test_transfer_encodings(encoding: str) -> None:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["Subject"] = "mara@primer.rs", "Рупа"
    mail.set_content("Добар дан", cte=encoding if encoding in ("quoted-printable", "base64", "8bit") else "8bit")
    content = mail.as_bytes()
    if encoding not in content.decode():
        content = content.replace(b"8bit", encoding.encode())
    assert read(content).skipped == ""
    if encoding != "uuencode":
        assert read(content).text == "Добар дан"


QUOTED = [
    "On Mon, May 4, 2026 at 10:00 AM Општина <gradjani@opstina.rs> wrote:\n\n> Поштовани,\n> не.",
    "On Mon, 4 May 2026 at 10:00, Општина Ћуприја\n<gradjani@opstina.rs> wrote:\n> Поштовани",
    "пон, 4. мај 2026. у 10:00 Општина <gradjani@opstina.rs> је написао/ла:\n> Поштовани",
    "pon, 4. maj 2026. u 10:00 Opština <gradjani@opstina.rs> je napisao/la:\n\n> Poštovani",
    "Дана 4.5.2026. 10:00, Општина је написао/ла:\n> Поштовани",
    "Dana 4.5.2026. u 10:00, Opština piše:\n> Poštovani",
    "4.5.2026. у 10:00, Општина пише:\n> Поштовани",
    "-----Original Message-----\nFrom: Општина\nSent: Monday\nTo: Мара\n\nПоштовани",
    "-----Оригинална порука-----\nОд: Општина\n\nПоштовани",
    "----- Originalna poruka -----\nOd: Opština",
    "---------- Forwarded message ---------\nFrom: Општина",
    "________________________________\nFrom: Општина <gradjani@opstina.rs>\nSent: Monday\nTo: Мара\n\nПоштовани",
    "From: Општина <gradjani@opstina.rs>\nSent: Monday, May 4\nTo: Мара\nSubject: Re: Рупа\n\nПоштовани",
    "Од: Општина <gradjani@opstina.rs>\nПослато: понедељак\nЗа: Мара\nПредмет: Re: Рупа\n\nПоштовани",
    "Od: Opština <gradjani@opstina.rs>\nPoslato: ponedeljak\nPrima: Mara\nPredmet: Re: Rupa\n\nPoštovani",
    "*From:* Општина <gradjani@opstina.rs>\n*Sent:* Monday\n*To:* Мара\n\nПоштовани",
    "-- \nМара Јовић\nтел. 035 123",
    "Sent from my iPhone",
    "Послато са Viber-а",
    "Preuzmite Outlook za Android\n________________________________\nFrom: a\n",
    "> Поштовани,\n> не.",
]


@pytest.mark.parametrize("history", QUOTED)
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_history_and_signatures_are_left_out(history: str, gap: str) -> None:
    assert plain(f"Рупа је још ту.{gap}{history}".replace("\n", "\r\n")).text == "Рупа је још ту."


@pytest.mark.parametrize(
    "text",
    [
        "Од: када је рупа ту, нико није дошао.",
        "Он је написао:\nда неће доћи",
        "On je rekao da dođem. Marko wrote:\nnešto",
        "From: the bridge to the school there is no light.",
        "> Само цитат",
        "-- \nСамо потпис",
        "On 4 May, Општина <o@opstina.rs> wrote:\n> Када?\nУ петак.\n> Где?\nКод моста.",
        "Дана 4.5. у 10:00, Општина пише:\n> Када је било?\nОдговарам испод: у петак.",
        "Мој одговор: да",
    ],
)
def test_what_is_not_certainly_history_stays(text: str) -> None:
    assert plain(text.replace("\n", "\r\n")).text == text.replace("-- ", "--")


HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Добар дан</p><p>Рупа</p>", "Добар дан\n\nРупа"),
        ("Један<br>два<br/>три", "Један\nдва\nтри"),
        ("<script>alert(1)</script><style>p{}</style><title>Наслов</title>Текст", "Текст"),
        ('<img src="https://prati.example/1.gif">Текст', "Текст"),
        ('<div style="display: none">Скривено</div>Видљиво', "Видљиво"),
        ('<span style="font-size:0px">Скривено</span><span hidden>И ово</span>Видљиво', "Видљиво"),
        ('Видите <a href="https://primer.rs/a">овде</a>.', "Видите овде (https://primer.rs/a)."),
        ('<a href="https://primer.rs">https://primer.rs</a>', "https://primer.rs"),
        ('<a href="javascript:alert(1)">Клик</a>', "Клик"),
        ("<p>Моје</p><blockquote><p>Туђе</p></blockquote>", "Моје\n\n> Туђе"),
        ("<table><tr><td>а</td></tr><tr><td>б</td></tr></table>", "а\nб"),
        ("&lt;b&gt; &amp; &#x202e;", "<b> & \u202e"),
        ("<p>Незатворено <b>све", "Незатворено све"),
        ("</div></p>Крај", "Крај"),
        ("<!-- коментар <p> -->Текст<![CDATA[x]]>", "Текст"),
    ],
)
def test_html_becomes_text(html: str, expected: str) -> None:
    assert text_of(html).strip() == expected.strip()


def test_an_html_mail_of_gmail_and_of_outlook() -> None:
    gmail = (
        '<div dir="ltr">Рупа је још ту.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, '
        '4 May 2026 at 10:00, Општина &lt;<a href="mailto:gradjani@opstina.rs">gradjani@opstina.rs</a>&gt; wrote:<br>'
        "</div>"
        '<blockquote class="gmail_quote"><div>Поштовани</div></blockquote></div>'
    )
    outlook = (
        '<html><head><style>p.MsoNormal{margin:0}</style></head><body><p class="MsoNormal">Рупа је још ту.<o:p></o:p>'
        '</p><div style="border:none"><p class="MsoNormal"><b>From:</b> Општина &lt;gradjani@opstina.rs&gt;<br>'
        "<b>Sent:</b> "
        "Monday<br><b>To:</b> Мара<br><b>Subject:</b> Re: Рупа</p></div><p>Поштовани</p></body></html>"
    )
    for html in (gmail, outlook):
        assert read(HEAD + HTML + html).text == "Рупа је још ту."


def test_plain_text_is_preferred_unless_it_is_empty() -> None:
    both = multipart(f"{TEXT}\r\nОбично", f"{HTML}<p>HTML</p>", kind="alternative")
    assert read(both).text == "Обично"
    empty = multipart(f"{TEXT}\r\n \r\n", f"{HTML}<p>HTML</p>", kind="alternative")
    assert read(empty).text == "HTML"


def test_attachments_are_numbered_as_the_server_numbers_them() -> None:
    kind = 'Content-Type: multipart/alternative; boundary="c"'
    alternative = f"{kind}\r\n\r\n--c\r\n{TEXT}\r\nТекст\r\n--c\r\n{HTML}<p>x\r\n--c--\r\n"
    mail = read(multipart(alternative, attached("rupa.jpg"), attached("zapisnik.pdf", "application/pdf"),
                          attached("glas.ogg", "audio/ogg"), attached("film.mp4", "video/mp4")))  # fmt: skip
    assert mail.text == "Текст"
    assert [(one.number, one.kind, one.name, one.size, one.encoding) for one in mail.parts] == [
        ("2", AttachmentKind.PICTURE, "rupa.jpg", 20_000, "base64"),
        ("3", AttachmentKind.FILE, "zapisnik.pdf", 20_000, "base64"),
        ("4", AttachmentKind.VOICE, "glas.ogg", 20_000, "base64"),
        ("5", AttachmentKind.VIDEO, "film.mp4", 20_000, "base64"),
    ]


def test_a_picture_alone_and_a_forwarded_mail() -> None:
    (picture,) = read(HEAD + attached("a.jpg")).parts
    assert (picture.number, picture.kind) == ("1", AttachmentKind.PICTURE)
    inner = f"Content-Type: message/rfc822\r\n\r\n{HEAD}{TEXT}\r\nУнутра"
    mail = read(multipart(f"{TEXT}\r\nСпоља", inner))
    assert mail.text == "Споља"
    assert [(one.number, one.mime) for one in mail.parts] == [("2", "message/rfc822")]


def test_logos_of_signatures_are_no_attachments() -> None:
    small = attached("logo.png", "image/png", b"x" * 500, "inline").replace(
        "\r\n\r\n", "\r\nContent-ID: <a>\r\n\r\n", 1
    )
    large = attached("rupa.png", "image/png", how="inline").replace("\r\n\r\n", "\r\nContent-ID: <b>\r\n\r\n", 1)
    assert [one.name for one in read(multipart(f"{TEXT}\r\nа", small, large, kind="related")).parts] == ["rupa.png"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ('"../../etc/passwd"', "passwd"),
        ('"C:\\\\Windows\\\\a.pdf"', "a.pdf"),
        ('"a\u202egpj.exe"', "agpj.exe"),
        ('"a\x00b.pdf"', "ab.pdf"),
        ('"=?utf-8?b?0YDRg9C/0LAuanBn?="', "рупа.jpg"),
        ('"' + "a" * 400 + '.pdf"', None),
        ('""', ""),
        ('".."', ""),
    ],
)
def test_names_of_files_are_harmless(sent: str, shown: str | None) -> None:
    (part,) = read(multipart(f"{TEXT}\r\nа", attached(sent))).parts
    if shown is None:
        assert len(part.name) <= parsing.MOST_FILE_NAME
        assert part.name.endswith(".pdf")
    else:
        assert part.name == shown


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Auto-Submitted: auto-replied", "program"), ("Auto-Submitted: auto-generated; x=y", "program"),
        ("Auto-Submitted: no", None), ("X-Autoreply: yes", "program"), ("Precedence: bulk", "list"),
        ("Precedence: LIST", "list"), ("Precedence: junk", "list"), ("List-Id: <a.b.rs>", "list"),
        ("List-Unsubscribe: <mailto:a@b.rs>", "list"), ("Return-Path: <>", "program"),
        ("Content-Type: multipart/report; boundary=b", "report"), ("X-Auto-Response-Suppress: All", "unanswered"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "unanswered"), ("X-Auto-Response-Suppress: DR, RN", None),
        ("Precedence: first-class", None), ("X-Priority: 1", None), ("Return-Path: <mara@primer.rs>", None),
    ],
)  # fmt: skip
def test_what_gets_no_automatic_answer_is_known_by_its_headers(header: str, kind: str | None) -> None:
    mail = plain("Текст", f"{header}\r\n")
    assert (mail.automatic, mail.skipped) == (kind, "")


@pytest.mark.parametrize(
    ("header", "reason"),
    [("X-Spam-Flag: YES", "spam"), ("X-Spam-Status: Yes, score=9", "spam"), ("X-Spam-Status: No, score=1", "")],
)
def test_spam_by_the_servers_own_mark_is_left_out(header: str, reason: str) -> None:
    assert plain("Текст", f"{header}\r\n").skipped == reason


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@primer.rs", "postmaster@primer.rs"])
def test_what_a_mail_server_writes_is_a_report(sender: str) -> None:
    assert read(f"From: {sender}\r\n{TEXT}\r\nТекст").automatic == "report"


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("From: a@b.rs, c@d.rs", "sender"), ("From: a@b.rs\r\nFrom: c@d.rs", "sender"), ("From:", "sender"),
        ("From: nobody", "sender"), ("From: <>", "sender"), ("X: y", "sender"), ("From: " + "(" * 5000, "sender"),
        ("From: " + "a" * 20_000 + "@b.rs", "sender"), ('From: "c@d.rs" <a@b.rs>', ""),
        ("From: Мара <a@општина.срб>", ""),
        ("From: group: a@b.rs, c@d.rs;", "sender"), ("From: a@b.rs <c@d.rs>", "?"), ("From: \x00 <a@b.rs>", "?"),
        ("From: =?utf-8?q?a=40b.rs?=", "sender"), ("From: =?utf-8?q?a?=@b.rs", "sender"),
        ("From: =?utf-8?q?a=40b.rs?= <=?utf-8?q?c?=@d.rs>", "sender"),
        ("From: =?utf-8?q?=0D=0ABcc=3A_x=40y=2Ers?= <a@b.rs>", "sender"),
    ],
)  # fmt: skip
def test_whom_an_answer_would_reach_is_certain_or_there_is_no_message(sender: str, reason: str) -> None:
    mail = read(f"{sender}\r\nSubject: a\r\n{TEXT}\r\nТекст")
    if reason != "?":
        assert mail.skipped == reason
    if not mail.skipped:
        assert parsing.ADDRESS.fullmatch(mail.sender)
        assert mail.sender in ("a@b.rs", "c@d.rs", "a@xn--80appcfs5b.xn--90a3ac")
        assert "\n" not in mail.sender_name
        assert "\r" not in mail.sender_name


def test_what_is_named_like_an_address_is_only_a_name() -> None:
    mail = read(f'From: "gradonacelnik@opstina.rs" <a@b.rs>\r\n{TEXT}\r\nТекст')
    assert (mail.sender, mail.sender_name) == ("a@b.rs", "gradonacelnik@opstina.rs")


HOSTILE = {
    "empty": b"",
    "no header": b"\r\n\r\n\r\n",
    "no line": b"x" * 3_000_000,
    "binary": bytes(range(256)) * 2000,
    "nuls": HEAD.encode() + b"\r\n" + b"\x00" * 100_000,
    "many parts": multipart(*[f"{TEXT}\r\nx"] * 10_000).encode(),
    "many attachments": multipart(*[attached(f"{n}.jpg", content=b"x" * 10) for n in range(500)]).encode(),
    "deep": (
        HEAD + "".join(f'Content-Type: multipart/mixed; boundary="{n}"\r\n\r\n--{n}\r\n' for n in range(2000))
    ).encode(),
    "boundary of nothing": (HEAD + 'Content-Type: multipart/mixed; boundary=""\r\n\r\n----\r\nx').encode(),
    "no boundary": (HEAD + "Content-Type: multipart/mixed\r\n\r\nx").encode(),
    "huge header": (HEAD + "X-Long: " + "y" * 2_000_000 + f"\r\n{TEXT}\r\nТекст").encode(),
    "many headers": (HEAD + "X: y\r\n" * 100_000 + f"{TEXT}\r\nТекст").encode(),
    "huge subject": (HEAD.replace("Рупа", "=?utf-8?b?0YDRg9C/0LA=?= " * 20_000) + f"{TEXT}\r\nТекст").encode(),
    "folded subject": (HEAD.replace("Рупа", "\r\n ".join(["Рупа"] * 20_000)) + f"{TEXT}\r\nТекст").encode(),
    "many references": (
        HEAD + "References: " + " ".join(f"<{n}@x>" for n in range(50_000)) + f"\r\n{TEXT}\r\nа"
    ).encode(),
    "bad content type": (HEAD + 'Content-Type: ;;;="\\\r\n\r\nТекст').encode(),
    "bad disposition": multipart("Content-Disposition: ;filename*0*=x''%;filename*99999999999=y\r\n\r\nx").encode(),
    "bad encoded word": (HEAD.replace("Рупа", "=?utf-8?b?%%%?= =?x?q?=FF?= =?utf-8?b?") + f"{TEXT}\r\nа").encode(),
    "deep html": (HEAD + HTML + "<div>" * 50_000 + "Текст").encode(),
    "deep quotation": (HEAD + HTML + "<blockquote>" * 20_000 + "Текст").encode(),
    "unclosed": (HEAD + HTML + "<!--" * 50_000 + "<" * 50_000 + "<a href='" * 20_000).encode(),
    "many styles": (HEAD + HTML + '<p style="' + "display:" * 30_000 + '">а').encode(),
    "bad base64": (HEAD + f"{TEXT}Content-Transfer-Encoding: base64\r\n\r\n" + "=A=!" * 50_000).encode(),
    "bad quoted": (HEAD + f"{TEXT}Content-Transfer-Encoding: quoted-printable\r\n\r\n" + "=" * 200_000).encode(),
    "many lines": (HEAD + f"{TEXT}\r\n" + "On a <a@b> \r\n" * 30_000).encode(),
    "many marks": (HEAD + f"{TEXT}\r\n" + "> " * 200_000).encode(),
    "quoted inside": (HEAD + f"{TEXT}\r\n" + "On a wrote:\r\n> b\r\nc\r\n" * 10_000).encode(),
    "bad dates": (HEAD + "Date: 99 Foo 99999 99:99:99 +9999\r\n" + f"{TEXT}\r\nа").encode(),
    "surrogates": HEAD.encode() + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xed\xa0\x80\xff\xfe",
    "flowed": (HEAD + "Content-Type: text/plain; format=flowed\r\n\r\n" + "a \r\n" * 50_000).encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_read_quickly_and_without_an_error(name: str) -> None:
    began = time.process_time()
    mail = read(HOSTILE[name])
    assert time.process_time() - began < 6
    assert len(mail.text) <= parsing.MOST_TEXT
    assert len(mail.subject) <= parsing.MOST_SUBJECT
    assert len(mail.parts) <= parsing.MOST_ATTACHMENTS
    assert len(mail.references) <= 2 * threads.MOST_REFERENCES
    assert "\x00" not in mail.text + mail.subject + mail.sender_name
    mail.text.encode()  # nothing that a database cannot hold


GROWING: dict[str, Callable[[int], str]] = {
    "signs": lambda size: "<" * size,
    "links on one line": lambda size: '<a href="https://a.rs">b</a>' * (size // 28),
    "quotations": lambda size: "<blockquote>a</blockquote>" * (size // 26),
}


def seconds_of(html: str) -> float:
    """Of the processor; the least of three."""
    taken = []
    for _attempt in range(3):
        began = time.process_time()
        text_of(html)
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.mark.parametrize("name", GROWING)
def test_the_time_for_html_grows_with_its_length(name: str) -> None:
    assert seconds_of(GROWING[name](300_000)) < 16 * seconds_of(GROWING[name](37_500)), "eight times as long"


def test_an_end_tag_costs_the_same_below_many_open_tags() -> None:
    ends = "</i>" * 20_000
    assert seconds_of("<b>" * 399 + ends) < 3 * seconds_of("<b>" + ends)


def test_the_parts_of_a_text_share_one_limit() -> None:
    """Else five parts would cost five times as much as the largest mail of one part."""
    filler = "<i></i>" * (parsing.MOST_BODY // 4 // len("<i></i>"))
    parts = [f"{HTML}<p>{number}</p>{filler}<p>end of {number}</p>" for number in range(1, 6)]
    assert read(multipart(*parts)).text.split("\n\n") == ["1", "end of 1\n2", "end of 2\n3", "end of 3\n4"]


def test_a_zip_bomb_is_never_unpacked_and_a_large_mail_keeps_its_structure() -> None:
    bomb = attached("slike.zip", "application/zip", b"PK\x03\x04" + b"\x00" * 3_000_000)
    content = multipart(f"{TEXT}\r\nТекст", bomb, attached("posle.jpg")).encode()
    slimmer = parsing.Slimmer()
    for begin in range(0, len(content), 100_003):
        slimmer.feed(content[begin : begin + 100_003])
    kept = slimmer.content()
    assert len(kept) < 1_000_000
    mail = parse(kept)
    assert mail.text == "Текст"
    assert [(one.number, one.name, one.size) for one in mail.parts] == [
        ("2", "slike.zip", None),
        ("3", "posle.jpg", 20_000),
    ]
    assert parse(slim(content)).digest == mail.digest


def test_a_mail_is_the_same_after_a_move_and_another_under_its_message_id_is_not() -> None:
    first = plain("Прва")
    assert read("Received: from a\r\nX-New: b\r\n" + HEAD + TEXT + "\r\nПрва").digest == first.digest
    assert plain("Друга").digest != first.digest


# ---- threads


def mails_thread(mail: Mail) -> str:
    return threads.of_references(mail.references, "opstina.rs")


def test_a_thread_is_known_by_its_first_reference_and_by_our_own_ids() -> None:
    ours = threads.our_id(
        "a" * 32, threads.conversation(threads.of_id("<m1@primer.rs>"), "mara@primer.rs"), "opstina.rs"
    )
    assert threads.ids(ours) == (ours,)
    for more in ("References: <m1@primer.rs> <x@y>\r\n", f"References: {ours}\r\n", f"In-Reply-To: {ours}\r\n",
                 f"References: <cut@off> {ours}\r\n", "In-Reply-To: <m1@primer.rs>\r\n"):  # fmt: skip
        assert mails_thread(plain("а", more)) == threads.of_id("<m1@primer.rs>")
    assert mails_thread(plain("а")) == ""
    foreign = ours.replace("opstina.rs", "zlo.rs")
    assert mails_thread(plain("а", f"References: {foreign}\r\n")) != threads.of_id("<m1@primer.rs>")


def test_who_writes_in_a_strangers_thread_has_a_conversation_of_their_own() -> None:
    thread = threads.of_id("<m1@primer.rs>")
    mara, pera = (threads.conversation(thread, who) for who in ("mara@primer.rs", "pera@primer.rs"))
    assert mara != pera
    assert threads.is_with(mara, "mara@primer.rs")
    assert not threads.is_with(mara, "pera@primer.rs")
    assert not threads.is_with("", "mara@primer.rs")


def test_who_is_not_verified_is_somebody_else_than_the_verified_sender() -> None:
    unverified = threads.author_id("mara@primer.rs", is_verified=False)
    assert threads.author_id("mara@primer.rs", is_verified=True) == "mara@primer.rs"
    assert threads.author_id("mara@primer.rs", is_verified=None) == "mara@primer.rs"
    assert threads.address_of(unverified) == "mara@primer.rs"
    assert not threads.is_with(threads.conversation("b" * 24, unverified), "mara@primer.rs")
    # nobody can have this as an address
    assert parsing.address(unverified) == ""


@pytest.mark.parametrize(
    "subject",
    ["Рупа", "Re: Рупа", "RE: Re:  рупа", "Одг: Рупа", "Odg: Рупа", "FW: Re[2]: Рупа", "Прослеђено: Рупа", "Fwd:Рупа"],
)
def test_subjects_are_compared_without_what_programs_add(subject: str) -> None:
    assert threads.bare_subject(subject) == "рупа"


@pytest.mark.parametrize("header", ["<a b@c>", "<a\r\n@b>", "<>", "a@b", "<a@b", "<" + "a" * 300 + ">", "<а@б>"])
def test_what_is_no_message_id_is_none(header: str) -> None:
    assert threads.ids(header) == ()


def test_marks_of_folders_survive_being_stored() -> None:
    for mark in (Mark(), Mark(4294967295, 12, 99)):
        assert Mark.of(str(mark)) == mark
    for broken in ("", "a.b.c", "1.2", "1.2.3.4", "-1.2.3", "..", "²..."):
        assert Mark.of(broken) == Mark()
    assert day(datetime(2026, 5, 4, tzinfo=UTC)) == "4-May-2026"


# ---- answers


def outgoing(**more: object) -> Outgoing:
    fields = {"text": "Хвала.\n.тачка\nFrom: мост", "language": "sr", "key": "a" * 32, "created_at": NOW,
              "conversation": threads.conversation("b" * 24, "mara@primer.rs"), "recipient": "mara@primer.rs",
              "subject": "Рупа", "visibility": Visibility.DIRECT}  # fmt: skip
    return Outgoing(**{**fields, **more})  # type: ignore[arg-type]


OFFICE = Access("gradjani@opstina.rs", "x", "smtp://mail.opstina.rs:587", "Општина Ћуприја")


def test_an_answer_has_the_headers_of_its_thread() -> None:
    content = sending.message(outgoing(), OFFICE, "<m1@primer.rs>").as_bytes()
    mail = message_from_bytes(content, policy=policy.default)
    assert mail["From"] == "Општина Ћуприја <gradjani@opstina.rs>"
    assert (mail["To"], mail["Subject"]) == ("mara@primer.rs", "Re: Рупа")
    assert mail["In-Reply-To"] == mail["References"] == "<m1@primer.rs>"
    assert mail["Message-ID"] == f"<{'a' * 32}.{'b' * 24}@opstina.rs>"
    assert "Auto-Submitted" not in mail
    assert mail.get_content().replace("\r\n", "\n") == "Хвала.\n.тачка\nFrom: мост\n"
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_an_automatic_answer_says_so_to_programs() -> None:
    stored = Outgoing.from_json(outgoing(is_automatic=True).to_json())
    assert sending.message(stored, OFFICE, "<m1@primer.rs>")["Auto-Submitted"] == "auto-replied"


@pytest.mark.parametrize(
    "bad",
    [
        "а\r\nBcc: zrtva@primer.rs",
        "а\nBcc: z@p.rs\n\nТело",
        "а\u2028Bcc: z@p.rs",
        "\x00\x0b\x0c\x85а",
        "=?utf-8?q?a=0d=0aBcc:_z=40p.rs?= x",
        "а" * 5000,
        "\r\n.\r\n",
    ],
)
def test_nothing_that_others_wrote_begins_a_header(bad: str) -> None:
    content = sending.message(outgoing(subject=bad), Access(OFFICE.address, "x", "", bad), "").as_bytes()
    mail = message_from_bytes(content, policy=policy.default)
    assert sorted(mail.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
    )
    assert mail["To"] == "mara@primer.rs"
    assert mail.get_content().startswith("Хвала")


def test_a_line_with_a_dot_does_not_end_the_mail() -> None:
    mail = sending.message(outgoing(text=".\r\n.\r\n..a"), OFFICE, "")
    body = sending.lines(mail).partition(b"\r\n\r\n")[2]
    assert b"\r\n.\r\n" not in b"\r\n" + body
    assert body.endswith(b"\r\n")


@pytest.mark.parametrize(
    ("answered", "subject"),
    [("Рупа", "Re: Рупа"), ("Re: Рупа", "Re: Рупа"), ("Одг: Re: Рупа", "Re: Рупа"), ("", "Re:"), ("Re:", "Re:")],
)
def test_the_subject_of_an_answer(answered: str, subject: str) -> None:
    assert sending.subject(answered) == subject


def test_access_of_an_earlier_version_checks_no_sender() -> None:
    token = '{"password": "x", "smtp": "smtp://mail.opstina.rs:587", "name": "Општина"}'
    assert Access.of(Credential(token, account_id="gradjani@opstina.rs")).verifying_servers == frozenset()


def test_access_survives_being_stored() -> None:
    assert Access.of(Credential.from_json(OFFICE.credential().to_json())) == OFFICE
    with pytest.raises(ValueError, match="Expecting"):
        Access.of(Credential("not ours"))


@pytest.mark.parametrize(
    "source", ["", "1", "1/2/3", "1/2/3/gzip", "1/2/../base64", "1/2/1 BODY[]/base64", "1/2/1]/none", "a/2/3/none"]
)
def test_what_is_no_source_fetches_nothing(source: str) -> None:
    assert source_of(source) is None


def test_attachments_are_decoded_however_they_are_broken() -> None:
    content = bytes(range(256)) * 10
    whole = base64.encodebytes(content)
    assert _decoded(whole, "base64") == content
    assert _decoded(b"  \r\n!!" + whole.replace(b"\n", b"\r\n") + b"\r\n", "base64") == content
    assert _decoded(b"A", "base64") == b""
    assert _decoded(b"=D0=B0", "quoted-printable") == "а".encode()
    assert _decoded(b"a", "none") == b"a"


@pytest.mark.parametrize("line", ["On " + "a <" * 50_000, "<" * 100_000, "_" * 100_000, "От " * 30_000 + ":"])
def test_looking_for_history_takes_linear_time(line: str) -> None:
    began = time.process_time()
    quoting.written_now(f"Текст\n{line}\n" * 20)
    assert time.process_time() - began < 2
