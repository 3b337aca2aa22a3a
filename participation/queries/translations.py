"""In which languages besides Serbian a consultation is written, inside the scope of one municipality."""

from dataclasses import dataclass

from participation import text_languages
from participation.models import Consultation, ConsultationTranslation
from posts.labels import own_name


@dataclass(frozen=True)
class LanguageSlot:
    """A language with what is written in it; `row` None while nothing is."""

    tag: str
    row: ConsultationTranslation | None = None
    is_official: bool = False
    is_outdated: bool = False  # the Serbian text was changed since

    @property
    def own_name(self) -> str:
        return own_name(self.tag)

    @property
    def name(self) -> str:
        return text_languages.name(self.tag)

    @property
    def lang(self) -> str:
        return text_languages.web_tag(self.tag)


def slots(consultation: Consultation) -> list[LanguageSlot]:
    """Those in official use first, then the others in which it is written. One query."""
    written = {row.language: row for row in ConsultationTranslation.objects.filter(consultation=consultation)}
    official = text_languages.official(consultation.municipality)
    empty = text_languages.missing(consultation.municipality, written)
    shown = [tag for tag in official if tag in written or tag in empty]
    return [slot(consultation, tag, written.get(tag)) for tag in dict.fromkeys([*shown, *written])]


def slot(consultation: Consultation, tag: str, row: ConsultationTranslation | None) -> LanguageSlot:
    return LanguageSlot(
        tag, row, is_official=tag in text_languages.official(consultation.municipality),
        is_outdated=row is not None and consultation.is_newer_than(row.source_digest),
    )  # fmt: skip


def unused(shown: list[LanguageSlot]) -> list[LanguageSlot]:
    """The languages that have no slot."""
    taken = {slot.tag for slot in shown}
    return [LanguageSlot(tag) for tag in text_languages.tags() if tag not in taken]


def written_in(consultation: Consultation, tag: str) -> ConsultationTranslation | None:
    return ConsultationTranslation.objects.filter(consultation=consultation, language=tag).first()
