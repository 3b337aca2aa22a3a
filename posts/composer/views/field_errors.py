"""What stands in the way of a post, each at the field that it concerns: for the fields, and for the list above them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels import validation
from posts.draft import Draft
from posts.editing.domain.ready import bad_link_message, nothing_to_publish_message
from posts.media.video_status import blocking_message
from posts.models import Media
from posts.publishing.domain.publications import no_channel_message

if TYPE_CHECKING:
    from posts.composer.views.page import ComposerPage

ChannelFinding = tuple[str, validation.Finding]
"""The channels that have a problem, and the problem."""


@dataclass(frozen=True)
class FieldError:
    """`control`: the id of the field; `sentence`: what is wrong, as it also stands at the field."""

    control: str
    sentence: str


def refusals(draft: Draft, library: Mapping[int, Media]) -> dict[str, str]:
    """Why no act but saving is possible, by field: what the verbs of `editing.domain` would answer."""
    reasons = {}
    if not draft.channels:
        reasons["channels"] = no_channel_message()
    if draft.is_empty:
        reasons["text"] = nothing_to_publish_message()
    if draft.link and not draft.address:
        reasons["link"] = bad_link_message()
    probed = [library[shown.id] for shown in draft.media if shown.id in library and library[shown.id].is_probed]
    if reason := blocking_message(probed):
        reasons["files"] = reason
    return reasons


def field_errors(page: "ComposerPage") -> list[FieldError]:
    """In the order of the fields."""
    return list(_errors(page))


def _errors(page: "ComposerPage") -> Iterator[FieldError]:
    def refused(name: str, control: str) -> Iterator[FieldError]:
        if name in page.refused:
            yield FieldError(control, page.refused[name])

    text = f"text-{page.opens}"
    yield from refused("channels", "channels")
    yield from _of("channels", page.channel_findings)
    yield from _of("headline", page.beside_findings["title"])
    yield from refused("text", text)
    for channels, finding in page.text_findings:
        # The tab of the language in which the text is missing.
        yield from _of(f"text-{finding.language}" if finding.language else text, [(channels, finding)])
    yield from refused("files", "files")
    for pk, findings in page.picture_notes.items():
        yield from _of(f"alt-{pk}" if pk else "files", findings)
    if page.deadline_problem:
        yield FieldError("call-deadline", page.deadline_problem)
    yield from refused("link", "link")
    yield from _of("link_title", page.card_findings)
    yield from _of("option-1", page.poll_findings)
    yield from _of("interactive-days", page.days_findings)
    yield from _of("first_comment", page.beside_findings["first_comment"])
    names = {place.channel.pk: place.channel.name for place in page.settings_places}
    for control, of_setting in page.setting_findings.items():
        yield from _of(control, [(names.get(int(control.split("-")[1]), ""), finding) for finding in of_setting])
    if page.time_problem:
        yield FieldError("date", page.time_problem)


def _of(control: str, findings: Sequence[ChannelFinding]) -> Iterator[FieldError]:
    for channels, finding in findings:
        if finding.severity == "error":
            yield FieldError(control, f"{channels}: {finding.message}")
