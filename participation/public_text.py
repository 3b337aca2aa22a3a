"""Words of the public pages of consultations, in the language that is active and in the reader's script."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import languages
from common.dates import long_date
from common.fields import web_address as guarded_address
from municipalities.holidays import BELGRADE
from municipalities.queries import today
from needs.public_text import Convert, converter, public_url, serbian_tag
from participation import rules, text_languages
from participation.enums import PHASE_STYLES, ConsultationStage, Decision, Phase, PostRole, WayIn
from participation.grounds import ground_of
from participation.models import Consultation, Contribution
from participation.queries.public import SHOWN, Numbers, PublicConsultation, PublicContent, is_last_hour, phase_of
from posts.labels import own_name
from serbian import Script, detect

Known = TypeVar("Known")

__all__ = ["Convert", "converter", "public_url", "serbian_tag"]


def page(public: PublicConsultation, content: PublicContent, tongue: str, shown: str, number: int) -> dict[str, Any]:
    """For the template of one consultation."""
    row, say, now = public.row, converter(tongue, content.terms), timezone.now()
    slug = public.municipality.slug
    base = reverse("consultation_public_in", args=[slug, row.slug, tongue])
    return {
        "municipality": public.municipality,
        "written": serbian_tag(tongue),
        "title": say(row.title),
        "kind": row.get_kind_display(),
        "phase": pill(public.phase),
        "subject": say(row.subject),
        "rules": say(row.rules),
        "translations": translations(public),
        "ground": ground(row, say),
        "term": term(row, public.phase, now),
        "next": next_step(row, public.phase, content),
        "is_reported": public.phase == Phase.REPORTED,
        "called_off": say(row.called_off_because) if public.phase == Phase.CALLED_OFF else "",
        "documents": [_document(one, slug, row, say) for one in content.documents],
        "ways": ways(public, content, say),
        "takes_forms": takes_forms(row, public.phase),
        "form_url": reverse("consultation_form_in", args=[slug, row.slug, tongue]),
        "receipt_url": reverse("consultation_receipt_in", args=[slug, tongue]),
        "department": say(row.department.name) if row.department else "",
        "department_mail": row.department.email if row.department else "",
        "website": guarded_address(public.municipality.website),
        "posts": [(PostRole(role).label, network, url) for role, network, url in content.posts],
        "numbers": _numbers(content.numbers),
        "total": content.numbers.total,
        "undecided": content.numbers.undecided,
        "filters": _filters(base, shown, content.numbers),
        "proposals": [proposal(one, say) for one in content.proposals],
        "pages": content.pages,
        "number": number,
        "newer": address(base, shown, number - 1) if number > 1 else "",
        "older": address(base, shown, number + 1) if number < content.pages else "",
        # for participation/_public_report.html
        "consultation": row,
        "edition": content.edition,
        "edition_files": content.edition_files,
        "outcome": say(content.edition.outcome) if content.edition else "",
        "changes": say(content.edition.changes) if content.edition else "",
    }


def translations(public: PublicConsultation) -> list[dict[str, Any]]:
    """What is asked in languages besides Serbian, as it was written. Whoever reads none of the portal's languages finds
    the term in it, too."""
    row = public.row
    return [
        {
            "lang": text_languages.web_tag(one.language), "name": own_name(one.language), "title": one.title,
            "subject": one.subject, "rules": one.rules, "starts_on": row.starts_on, "ends_on": row.ends_on,
            "last_hour": row.last_hour, "is_outdated": row.is_newer_than(one.source_digest),
        }
        for one in public.translations
    ]  # fmt: skip


def pill(phase: Phase) -> tuple[str, str, Any]:
    """Tone, icon and label (`common.states`)."""
    return *PHASE_STYLES[phase], phase.label


def ground(row: Consultation, say: Convert) -> dict[str, Any]:
    """Its legal ground with article and source; empty where nothing obliges the municipality."""
    if row.own_ground is not None:
        own = row.own_ground
        return {
            "title": say(own.title), "article": say(own.article), "gazette": say(own.source),
            "source": guarded_address(own.address), "note": "", "is_serbian": True,
        }  # fmt: skip
    law = ground_of(row.ground)
    if law is None:
        return {}
    return {
        "title": law.title, "article": law.article, "note": law.note, "source": law.source, "is_serbian": False,
        "gazette": _("Official Gazette of the Republic of Serbia %(numbers)s") % {"numbers": law.gazette},
    }  # fmt: skip


def term(row: Consultation, phase: Phase, now: datetime) -> str:
    """Until when people can take part, in a sentence that names the day: a stored copy of the page stays true."""
    first, last = long_date(_known(row.starts_on)), until(row)
    if phase == Phase.ANNOUNCED:
        return _("Proposals are taken from %(first)s until %(last)s.") % {"first": first, "last": last}
    if phase == Phase.CALLED_OFF:
        return _("Proposals were to be taken from %(first)s until %(last)s.") % {"first": first, "last": last}
    if phase != Phase.OPEN:
        return _("Proposals were taken from %(first)s until %(last)s.") % {"first": first, "last": last}
    if is_last_hour(row, now):
        return _("This is the last hour: proposals are taken until %(last)s.") % {"last": last}
    days = (_known(row.ends_on) - today()).days
    if days <= 0:
        return _("Today is the last day: proposals are taken until %(last)s.") % {"last": last}
    left = ngettext("%(days)s day is left", "%(days)s days are left", days) % {"days": days}
    return _("Proposals are taken until %(last)s: %(left)s.") % {"last": last, "left": left}


def until(row: Consultation) -> str:
    """The last day, with its hour: a day that is whole ends at midnight."""
    last, local = _known(row.ends_on), _known(row.closes_at).astimezone(BELGRADE)
    if local.date() != last:
        return _("the end of %(day)s") % {"day": long_date(last)}
    return _("%(day)s at %(hour)s") % {"day": long_date(last), "hour": f"{local:%H:%M}"}


def _known(value: Known | None) -> Known:
    """What a constraint says every published consultation has."""
    assert value is not None
    return value


def next_step(row: Consultation, phase: Phase, content: PublicContent) -> dict[str, Any]:
    """What comes next and when; `overdue` is a sentence where everybody is to know that it is late."""
    dates = rules.Dates(row.starts_on, row.ends_on, row.decided_by, row.report_by)
    step = rules.next_step(
        phase, dates, undecided=content.numbers.undecided, has_report=content.edition is not None, today=today()
    )
    if step is None or step.due_on is None:
        return {}
    day = long_date(step.due_on)
    sentence = {
        "wait": _("It begins on %(day)s."),
        "collect": _("After %(day)s every proposal is decided, with a reason."),
        "decide": _("Every proposal is decided, with a reason, by %(day)s."),
        "close": _("Every proposal is decided, with a reason, by %(day)s."),
        "make_report": _("The report is public by %(day)s."),
        "publish_report": _("The report is public by %(day)s."),
    }[step.code] % {"day": day}
    later = _later(row, step.code)
    overdue = ""
    if step.is_public:
        overdue = ngettext(
            "This is late: it was to be done by %(day)s, %(count)s working day ago.",
            "This is late: it was to be done by %(day)s, %(count)s working days ago.",
            step.overdue,
        ) % {"day": day, "count": step.overdue}
    return {"sentence": sentence, "later": later, "overdue": overdue}


def _later(row: Consultation, code: str) -> str:
    """The promised days after the next step."""
    if code in ("wait", "collect") and row.decided_by and row.report_by:
        return _("Decisions are made by %(decided)s, and the report is public by %(report)s.") % {
            "decided": long_date(row.decided_by), "report": long_date(row.report_by),
        }  # fmt: skip
    if code in ("decide", "close") and row.report_by:
        return _("The report is public by %(day)s.") % {"day": long_date(row.report_by)}
    return ""


def takes_forms(row: Consultation, phase: Phase) -> bool:
    return phase == Phase.OPEN and WayIn.FORM in row.ways_in


def ways(public: PublicConsultation, content: PublicContent, say: Convert) -> list[dict[str, Any]]:
    """How one can take part, while one can: a sentence each, with its address or its meetings."""
    row = public.row
    if public.phase not in (Phase.ANNOUNCED, Phase.OPEN):
        return []
    sentences: dict[str, str] = {
        WayIn.FORM: _("With the form on this page, without an account and without a name."),
        WayIn.COMMENT: _("With a comment below a post of the municipality about it."),
        WayIn.MESSAGE: _("With a private message to the municipality on a network."),
        WayIn.MAIL: _("By e-mail:"),
        WayIn.MEETING: _("At a meeting."),
        WayIn.PAPER: _("On paper, handed in or sent to the municipality."),
    }
    # one that is being held is still shown
    since = timezone.now() - timedelta(hours=3)
    meetings = [{"place": say(one.place), "at": one.at} for one in content.meetings if one.at >= since]
    return [
        {
            "way": str(way), "sentence": sentence, "mail": row.mail if way == WayIn.MAIL else "",
            "meetings": meetings if way == WayIn.MEETING else [],
        }
        for way, sentence in sentences.items()
        if way in row.ways_in
    ]  # fmt: skip


def proposal(one: Contribution, say: Convert) -> dict[str, Any]:
    """What everybody reads of a decided proposal. Citizens' words in Latin stay: they may be Hungarian."""
    is_withdrawn = one.decision == Decision.WITHDRAWN
    is_latin = detect(one.public_text) == Script.LATIN
    words = one.public_text if is_latin else say(one.public_text)
    return {
        "number": one.number,
        "text": "" if is_withdrawn else words,
        "script": f"sr-{detect(words) or Script.CYRILLIC}",
        "is_withdrawn": is_withdrawn,
        "same_as": one.same_as.number if one.same_as else None,
        "pill": one.pill,
        "reason": say(one.reason),
        "where_to": say(one.where_to),
        "decided_at": one.decided_at,
    }


def _document(one: Any, slug: str, row: Consultation, say: Convert) -> dict[str, Any]:
    if one.address:
        return {"title": say(one.title), "url": guarded_address(one.address), "is_ours": False, "bytes": 0, "kind": ""}
    return {
        "title": say(one.title), "is_ours": True, "bytes": one.bytes,
        "kind": str(one.file.name).rpartition(".")[2].upper()[:5],
        "url": reverse("consultation_public_document", args=[slug, row.slug, one.pk]),
    }  # fmt: skip


def _numbers(numbers: Numbers) -> dict[str, list[tuple[Any, int]]]:
    """Label and count by way in and by decision, without those that are 0."""
    return {
        "ways": [(way.label, numbers.by_way[way]) for way in WayIn if numbers.by_way.get(way)],
        "decisions": [
            (decision.label, numbers.by_decision[decision])
            for decision in Decision
            if numbers.by_decision.get(decision)
        ],
    }


def _filters(base: str, shown: str, numbers: Numbers) -> list[dict[str, Any]]:
    """Only where there is something to choose from."""
    known = [name for name in SHOWN[1:] if numbers.by_decision.get(name)]
    if len(known) < 2:
        return []
    every = {"label": _("All decided"), "url": address(base, "", 1), "current": not shown, "count": numbers.decided}
    return [every] + [
        {
            "label": Decision(name).label, "url": address(base, name, 1), "current": name == shown,
            "count": numbers.by_decision[name],
        }
        for name in known
    ]  # fmt: skip


def address(base: str, shown: str, number: int) -> str:
    """The address of a page of the decided proposals."""
    parts = [f"show={shown}"] if shown else []
    parts += [f"page={number}"] if number > 1 else []
    return f"{base}?{'&'.join(parts)}#proposals" if parts else base


# ---------------------------------------------------------------- all of a municipality


def listed(rows: list[Consultation], slug: str, tongue: str, say: Convert) -> list[dict[str, Any]]:
    """The entries of the list."""
    now = timezone.now()
    return [_entry(row, phase_of(row, now), slug, tongue, say) for row in rows]


def _entry(row: Consultation, phase: Phase, slug: str, tongue: str, say: Convert) -> dict[str, Any]:
    return {
        "title": say(row.title),
        "kind": row.get_kind_display(),
        "phase": pill(phase),
        "term": term(row, phase, timezone.now()),
        "translations": [
            {"lang": text_languages.web_tag(one.language), "title": one.title} for one in row.translations.all()
        ],
        "url": reverse("consultation_public_in", args=[slug, row.slug, tongue]),
        "takes_part": phase == Phase.OPEN,
        "is_called_off": row.stage == ConsultationStage.CALLED_OFF,
    }


def tongues(url_name: str, *args: str, url: Callable[[str], str] = str) -> list[tuple[str, str, str]]:
    """The same page in every language of the portal: tag, name, address."""
    return [
        (language.tag, language.short_name, url(reverse(url_name, args=[*args, language.tag])))
        for language in languages.interface_languages()
    ]
