"""The public form: no account, no cookie, no script. A sent form answers with its receipt, and can be sent again.

There is no session that another site could misuse, so there is no CSRF token of Django's; the form's own token
(`participation.form_tokens`) makes a double press count once, and a form that comes from another site is shown to its
sender instead of being taken. Whatever goes wrong, the page that answers holds all that was typed.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.web import client_network
from common import languages
from common.content_security import only_scripts
from common.errors import ActionNotAllowed
from common.null_characters import without_null
from common.uploads import AROUND, body_limit, body_size
from inbox.text_analysis import PersonalDataKind, find_certain, mask
from municipalities.access import public
from municipalities.queries import glossary
from municipalities.tenancy import scope
from participation import form_limits, form_tokens, public_text
from participation.domain import receipts
from participation.domain.receipts import Proposal, Receipt
from participation.enums import Phase, WayIn
from participation.public_forms import ProposalForm
from participation.queries import public as queries
from participation.queries.public import PublicConsultation
from participation.rules import MOST_BYTES, MOST_FILES, MOST_TEXT, shown_receipt
from participation.views.public import missing
from posts.draft import storable
from reports.public_responses import busy, is_hidden_from_search, is_rate_limited, own_language

MOST_BODY = MOST_FILES * MOST_BYTES + AROUND
# Filled in by programs alone: people do not see it.
TRAP = "homepage"


class NoFiles(FileUploadHandler):
    """Reads a form without its files: of a connection that sent too much only the words are kept."""

    skipped = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.skipped = True
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


@dataclass(frozen=True)
class Here:
    """The page that is asked for, and in which language it answers."""

    request: HttpRequest
    consultation: PublicConsultation
    tongue: str

    @property
    def slugs(self) -> tuple[str, str]:
        return self.consultation.municipality.slug, self.consultation.row.slug


@public
@body_limit(MOST_BODY, own_answer=True)
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, place: str, slug: str, tongue: str = "") -> HttpResponse:
    if request.method != "POST" and is_rate_limited(request):
        return busy()
    # counted before anything of the body is read
    wait = form_limits.attempt(client_network(request)) if request.method == "POST" else form_limits.NONE
    row = queries.consultation(place, slug, timezone.now())
    if row is None or (tongue and tongue not in languages.by_tag()):
        return missing()
    here = Here(request, row, tongue or own_language(row.municipality))
    with translation.override(languages.by_tag()[here.tongue].code), scope(row.municipality):
        answer = _sent(here, wait) if request.method == "POST" else _opened(here)
    answer.headers["Content-Language"] = here.tongue
    answer.headers["Cache-Control"] = "no-store"
    # not "no-referrer": a browser would hide from where the form comes
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    only_scripts(request, answer, ())
    return answer


def _opened(here: Here) -> HttpResponse:
    closed = _closed(here.consultation)
    if closed:
        return _page(here, "participation/public_closed.html", {"closed": closed})
    return _form(here, ProposalForm(say=_say(here)), form_tokens.issue(here.consultation.row.pk))


def _closed(public: PublicConsultation) -> str:
    """Why no form is taken now, in a sentence; "" while it is."""
    row, phase = public.row, public.phase
    if phase == Phase.CALLED_OFF:
        return _("This consultation was called off, so it takes no proposals.")
    if phase == Phase.ANNOUNCED:
        return _("This consultation has not begun yet.") + " " + public_text.term(row, phase, timezone.now())
    if phase != Phase.OPEN:
        return _("The term is over, so this consultation takes no more proposals.")
    if WayIn.FORM not in row.ways_in:
        return _("This consultation takes no proposals with a form. Its page says how you can take part.")
    return ""


def _sent(here: Here, wait: form_limits.Wait) -> HttpResponse:
    request, row = here.request, here.consultation.row
    try:
        data, files = _body(request, with_files=not wait.seconds)
    except (SuspiciousOperation, MultiPartParserError, TooLarge):
        return _too_large(here)
    token = form_tokens.read(data.get("token", ""), row.pk)
    fresh = token.text if token else form_tokens.issue(row.pk)
    form = ProposalForm(data, files, say=_say(here))
    if wait.seconds:
        return _wait(here, form, fresh, wait)
    before = _sent_before(token, data)
    if before is not None:
        return _receipt(here, before)
    closed = _closed(here.consultation)
    if closed:
        return _page(
            here, "participation/public_closed.html", {"closed": closed, "text": data.get("text", "")}, status=409
        )
    return _judged(here, form, data, token, fresh)


def _judged(
    here: Here, form: ProposalForm, data: QueryDict, token: form_tokens.FormToken | None, fresh: str
) -> HttpResponse:
    """A form that may be sent now: taken, or shown again with what is to be changed."""
    problem, status = _problem(here.request, data, token)
    if problem or token is None:
        return _form(here, form, fresh, problem=problem, status=status)
    if not form.is_valid():
        return _form(here, form, fresh, status=422)
    if _has_jmbg(form.cleaned_data["text"]) and "anyway" not in data:
        return _form(here, form, fresh, asks_about_jmbg=True, status=422)
    return _taken(here, form, token, fresh)


def _taken(here: Here, form: ProposalForm, token: form_tokens.FormToken, fresh: str) -> HttpResponse:
    row, values = here.consultation.row, form.cleaned_data
    code = form_tokens.receipt(token.once, values["text"])
    wait = form_limits.take(row.pk)
    if wait.seconds:
        return _wait(here, form, fresh, wait)
    mails = bool(values["contact"]) and form_limits.may_mail(values["contact"], row.pk)
    proposal = Proposal(
        values["text"], values["contact"], form.about(), form.attachments,
        language=languages.by_tag()[here.tongue].code, tongue=here.tongue,
    )  # fmt: skip
    try:
        receipt = receipts.send(row, proposal, code=code, mails=mails)
    except ActionNotAllowed as refused:
        # the term ended, or it was called off, while this was on its way
        context = {"closed": refused.message, "text": values["text"]}
        return _page(here, "participation/public_closed.html", context, status=409)
    return _receipt(here, receipt)


class TooLarge(Exception):
    """The body of the request is larger than all that the form takes."""


def _body(request: HttpRequest, *, with_files: bool) -> tuple[QueryDict, MultiValueDict]:
    """What was sent. Raises `TooLarge` before any of it is read, and what Django raises for a body that is no form."""
    if body_size(request) > MOST_BODY:
        raise TooLarge
    if not with_files:
        request.upload_handlers = [NoFiles(request)]
    return without_null(request.POST), request.FILES


def _sent_before(token: form_tokens.FormToken | None, data: QueryDict) -> Receipt | None:
    """Of the same words with the same form: a double press, or a page that is loaded again, perhaps after the term and
    without the files, which a browser need not send twice."""
    if token is None:
        return None
    code = form_tokens.receipt(token.once, storable(data.get("text", "")).strip())
    row = receipts.find(code)
    return Receipt(row, code, is_new=False) if row else None


def _problem(request: HttpRequest, data: QueryDict, token: form_tokens.FormToken | None) -> tuple[str, int]:
    """Why it is not taken yet although nothing in it is wrong: a sentence and a status. Pressing again sends it."""
    if _is_foreign(request):
        return _("This was sent from another site. If you wrote it yourself, press Send again."), 403
    if token is None:
        return _("This page was open for too long. Nothing is lost: press Send again."), 422
    if data.get(TRAP):
        return _("A field was filled in that is to stay empty; it is empty again. Press Send again."), 422
    if token.is_too_fast:
        return _("This was sent faster than a person writes. Wait a moment, then press Send again."), 422
    return "", 200


def _is_foreign(request: HttpRequest) -> bool:
    """Whether a browser says that another site sent it. Old browsers say nothing, and are believed."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    origin = request.headers.get("Origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.get_host()


def _has_jmbg(words: str) -> bool:
    return any(one.what == PersonalDataKind.JMBG for one in find_certain(words))


# ---------------------------------------------------------------- pages


def _say(here: Here) -> public_text.Convert:
    return public_text.converter(here.tongue, glossary(here.consultation.municipality.pk))


def _form(
    here: Here,
    form: ProposalForm,
    token: str,
    *,
    problem: str = "",
    asks_about_jmbg: bool = False,
    lost_files: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "token": token,
        "trap": TRAP,
        "problem": problem,
        "asks_about_jmbg": asks_about_jmbg,
        "lost_files": lost_files or form.had_files,
        "most_text": MOST_TEXT,
        "most_files": MOST_FILES,
        "translations": public_text.translations(here.consultation),
    }
    return _page(here, "participation/public_form.html", context, status=status)


def _wait(here: Here, form: ProposalForm, token: str, wait: form_limits.Wait) -> HttpResponse:
    if wait.by_address:
        problem = _("Very many proposals came from your connection. Nothing you typed is lost: wait, then press Send.")
    else:
        problem = _("Very many proposals come in at this moment. Nothing you typed is lost: wait, then press Send.")
    # not validated: what is wrong in it is said once it can be sent
    lost = form.had_files or any(getattr(one, "skipped", False) for one in here.request.upload_handlers)
    answer = _form(here, _as_typed(here, form), token, problem=problem, status=429, lost_files=lost)
    answer.headers["Retry-After"] = str(wait.seconds)
    return answer


def _as_typed(here: Here, form: ProposalForm) -> ProposalForm:
    """The same fields without their errors."""
    shown = ProposalForm(say=_say(here))
    shown.initial = {name: form.data.get(name, "") for name in shown.fields}
    return shown


def _too_large(here: Here) -> HttpResponse:
    """Nothing was read, so the words are only in the sender's browser: its way back leads to them."""
    closed = _("The files are too large together, so nothing was sent. Go back in your browser: your words are there.")
    return _page(here, "participation/public_closed.html", {"closed": closed, "goes_back": True}, status=413)


def _receipt(here: Here, receipt: Receipt) -> HttpResponse:
    one = receipt.contribution
    slug = here.consultation.municipality.slug
    context = {
        "number": one.number,
        "code": shown_receipt(receipt.code),
        "is_new": receipt.is_new,
        "is_mailed": receipt.is_mailed,
        "contact": one.contact if receipt.is_new else "",
        "masked": mask(one.text),
        "has_personal_data": one.has_personal_data,
        "attached": list(one.files.values_list("name", flat=True)),
        "receipt_path": public_text.public_url(reverse("consultation_receipt_in", args=[slug, here.tongue])),
        # choosing another language here would lose the code
        "tongues": (),
    }
    return _page(here, "participation/public_receipt.html", context)


def _page(here: Here, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    public, say = here.consultation, _say(here)
    row, slugs = public.row, here.slugs
    around = {
        "municipality": public.municipality,
        "title": say(row.title),
        "written": public_text.serbian_tag(here.tongue),
        "term": public_text.term(row, public.phase, timezone.now()),
        "decided_by": row.decided_by,
        "page_url": reverse("consultation_public_in", args=[*slugs, here.tongue]),
        "form_url": reverse("consultation_form_in", args=[*slugs, here.tongue]),
        "receipt_url": reverse("consultation_receipt_in", args=[slugs[0], here.tongue]),
        "department_mail": row.department.email if row.department else "",
        "tongue": here.tongue,
        "tongues": public_text.tongues("consultation_form_in", *slugs),
        "canonical": public_text.public_url(reverse("consultation_public_in", args=[*slugs, here.tongue])),
        "hides": True,
        "is_demo": is_hidden_from_search(public.municipality),
    }
    return HttpResponse(render_to_string(template, {**around, **context}), status=status)
