"""What a consultation asks in languages besides Serbian: written, changed and taken away while it has not ended."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from participation import rules, text_languages
from participation.domain.write import lock
from participation.enums import ConsultationStage
from participation.models import Consultation, ConsultationTranslation
from posts.draft import SERBIAN, storable
from posts.labels import own_name


@dataclass(frozen=True)
class TranslatedContent:
    """The submitted texts in one language.

    `source_digest`: the `text_digest` of the Serbian text that was shown beside them, "" for the present one.
    """

    title: str
    subject: str
    rules: str = ""
    source_digest: str = ""


@transaction.atomic
def save(consultation: Consultation, language: str, content: TranslatedContent, *, by: User) -> ConsultationTranslation:
    """Write it in a language, or change what is written in it. Raises `ActionNotAllowed`."""
    row = _not_ended(consultation)
    if language in SERBIAN:
        raise ActionNotAllowed(_("The Serbian text is that of the consultation itself; its other script is derived."))
    if language not in text_languages.tags():
        raise ActionNotAllowed(_("A consultation cannot be written in this language."))
    texts = {**_texts(content), "source_digest": content.source_digest or row.text_digest}
    written, _is_new = ConsultationTranslation.objects.update_or_create(
        consultation=row, language=language, defaults={**texts, "by": by}, create_defaults={
            **texts, "by": by, "municipality_id": row.municipality_id,
        },
    )  # fmt: skip
    _changed(row, "consultation.translation", language, by)
    return written


@transaction.atomic
def remove(consultation: Consultation, language: str, *, by: User) -> None:
    """Take it away, also from the public page. Raises `ActionNotAllowed`."""
    row = _not_ended(consultation)
    written = ConsultationTranslation.objects.filter(consultation=row, language=language).first()
    if written is None:
        raise ActionNotAllowed(_("Nothing is written in this language any more."))
    written.delete()
    _changed(row, "consultation.translation_away", language, by)


def _not_ended(consultation: Consultation) -> Consultation:
    row = lock(consultation)
    if row.stage in (ConsultationStage.REPORTED, ConsultationStage.CALLED_OFF):
        raise ActionNotAllowed(_("This consultation has ended, so it is no longer changed."))
    return row


def _texts(content: TranslatedContent) -> dict[str, str]:
    """As they are stored. Raises `ActionNotAllowed` for one that is missing or longer than that of the consultation."""
    title = " ".join(storable(content.title).split())
    subject, rule_text = storable(content.subject).strip(), storable(content.rules).strip()
    if not title:
        raise ActionNotAllowed(_("Write what it is about, in a few words."), "title")
    if not subject:
        raise ActionNotAllowed(_("Write what citizens are asked about."), "subject")
    for name, text, most in (
        ("title", title, rules.MOST_TITLE),
        ("subject", subject, rules.MOST_SUBJECT),
        ("rules", rule_text, rules.MOST_RULES),
    ):
        if len(text) > most:
            sentence = _("This is too long: %(count)s characters, at most %(most)s.")
            raise ActionNotAllowed(sentence % {"count": len(text), "most": most}, name)
    return {"title": title, "subject": subject, "rules": rule_text}


def _changed(row: Consultation, verb: str, language: str, by: User) -> None:
    """`changed_at` is in the stamps of public pages, and an approver who was asked to publish saw another text."""
    row.save(update_fields=["changed_at"])
    record(verb, by=by, target=row, language=language, written_in=own_name(language))
