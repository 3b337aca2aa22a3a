"""Everything that the composer's template shows, read with a fixed number of queries."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _

from channels import validation
from channels.enums import Layout
from channels.models import Channel
from common import dates
from common.typed_dates import typed_day
from common.uploads import most_bytes
from municipalities.holidays import end_of_next_working_day
from municipalities.models import Municipality
from municipalities.queries import Offered, glossary, offers
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from platforms.post_settings import PostSetting
from posts import compose, queries
from posts.coaching import published_phones
from posts.coaching.call_patterns import CallPattern, patterns
from posts.coaching.sentences import CoachingHint, count_label
from posts.coaching.views.coach import coach_draft
from posts.coaching.views.messages import messages_url
from posts.composer import derived_text
from posts.composer.derived_text import DerivationReason, TextSegment
from posts.composer.form_parser import ComposerInput
from posts.composer.views.field_errors import ChannelFinding, FieldError, field_errors, refusals
from posts.composer.views.picture_rows import PictureRow, picture_row
from posts.draft import MOST_PICTURES, SERBIAN, Draft, Text
from posts.editing.domain.corrections import open_correction
from posts.editing.domain.page_cards import card_of
from posts.editing.domain.submit import past_time_message
from posts.editing.eservices import Promotion, all_notes, promotion
from posts.editing.previews import Preview, notes, of_draft, with_page_card
from posts.enums import CallKind, Category, Format, When
from posts.interactive import format_notes
from posts.labels import language_name, own_name, time_notes
from posts.models import Amendment, Decision, Media, Post
from posts.rules import ResolvedTime, decides_alone
from posts.scheduling import budgets
from posts.scheduling.neighbours import NeighbourNote, neighbour_notes
from serbian.corrections import Correction

# Most networks allow four answers in a poll.
LINES = 4


# In which folded part of the form a field stands.
PARTS = {
    "call-deadline": "call",
    "link": "call",
    "link_title": "call",
    "option-1": "interactive",
    "interactive-days": "interactive",
    "first_comment": "comment",
}
SETTING = "setting-"
STILL_TO_COME = frozenset({"poll_too_few", "poll_question_missing"})


@dataclass(frozen=True)
class Tab:
    """One language. `derived` is the text that is used while the tab is empty."""

    tag: str
    name: str
    label: str
    text: str
    follows: str
    derived: str
    source: str
    needs_review: bool
    is_missing: bool
    segments: Sequence[TextSegment] = ()
    reasons: Sequence[DerivationReason] = ()
    offers: Sequence[Correction] = ()


@dataclass(frozen=True)
class ChannelText:
    tag: str
    name: str
    text: str


@dataclass(frozen=True)
class SettingField:
    """One setting of a post on a channel, as a field of the form. `choices` are (value, label).

    `dependents` matter while this one, a switch, is on.
    """

    control: str
    setting: PostSetting
    value: str
    choices: Sequence[tuple[str, str]]
    findings: Sequence[validation.Finding] = ()
    dependents: Sequence["SettingField"] = ()


@dataclass(frozen=True)
class ChannelChoice:
    """A channel in the picker, with its own texts and layout."""

    channel: Channel
    title: str
    chosen: bool
    layout: str
    own: Sequence[ChannelText]
    takes_title: bool = False
    takes_comment: bool = False
    settings: Sequence[SettingField] = ()
    """What can be chosen for this post beside its content."""

    agreement: str = ""
    """What whoever posts there agrees to, as HTML."""

    alt_characters: int = 0
    """How long the description of a picture may be there; 0 where the network takes none."""

    @property
    def is_different(self) -> bool:
        return bool(self.layout) or any(text.text for text in self.own)


def unique_findings(previews: Sequence[Preview], wanted: Callable[[validation.Finding], bool]) -> list[ChannelFinding]:
    """Each problem once, with the names of its channels."""
    channels_by_finding: dict[validation.Finding, dict[str, None]] = {}
    for preview in previews:
        place = f"{preview.channel.name} ({preview.languages})" if preview.is_apart else preview.channel.name
        for finding in filter(wanted, preview.findings):
            channels_by_finding.setdefault(finding, {})[place] = None
    return [(", ".join(channels), finding) for finding, channels in channels_by_finding.items()]


@dataclass(frozen=True)
class ThreadHint:
    """What a thread becomes on the chosen channels, by their networks.

    `is_thread`: several posts were written. `is_long`: one post of this length soon needs a second one.
    """

    is_thread: bool
    is_long: bool
    threads: Sequence[str]
    single: Sequence[str]


@dataclass
class ComposerPage:
    post: Post
    revision: int
    draft: Draft
    title: str
    category: str
    date: str
    time: str
    fold: int
    asks_fold: bool
    time_problem: str
    time_notes: list[str]
    neighbours: list[NeighbourNote]
    deadline: str
    tabs: list[Tab]
    places: list[ChannelChoice]
    pictures: list[PictureRow]
    previews: list[Preview]
    notes: list[str]
    coach: list[CoachingHint] = field(default_factory=list)
    picture_notes: dict[int, list[ChannelFinding]] = field(default_factory=dict)
    returned: Decision | None = None
    correction: Amendment | None = None
    offers: Sequence[Offered] = ()
    promotion: Promotion | None = None
    primary: str = "submit"
    others: tuple[str, ...] = ()
    may_emergency: bool = False
    categories: ClassVar[Any] = Category.choices
    call_kinds: ClassVar[Any] = CallKind.choices
    formats: ClassVar[Any] = Format.choices
    layouts: ClassVar[Any] = Layout.choices
    most_pictures: int = MOST_PICTURES
    most_film: int = 0
    may_remember: bool = False
    deadline_problem: str = ""
    time_in_words: str = ""
    when: str = When.LATER
    whens: Sequence[tuple[str, str]] = ()
    planned_at: datetime | None = None
    approve_until: datetime | None = None
    """Of a post that is submitted now, to go out once it is approved."""

    tried: str = ""
    """The act that was refused; from then on the page also says what only acts require."""

    refused: dict[str, str] = field(default_factory=dict)
    """By field why an act is refused, from the first attempt on."""

    @property
    def is_on_approval(self) -> bool:
        return self.when == When.ON_APPROVAL

    @cached_property
    def field_errors(self) -> list[FieldError]:
        """What stops the post, in the order of the fields."""
        return field_errors(self)

    @property
    def invalid(self) -> frozenset[str]:
        """Ids of the controls with an error."""
        return frozenset(error.control for error in self.field_errors)

    @cached_property
    def extras(self) -> dict[str, str]:
        """What each folded part of the form holds, in one line; empty where it holds nothing."""
        call, formats = self.draft.call, dict(self.formats)
        service = next((str(offer.service) for offer in self.offers if offer.service.key == self.draft.service), "")
        return {
            "call": _joined(dict(self.call_kinds).get(call.kind, ""), call.words, self.deadline, self.draft.link),
            "service": service or self.draft.service,
            "interactive": str(formats.get(self.draft.interactive.kind, "")),
            "comment": " ".join(self.draft.first_comment.split()),
            "channels": ", ".join(place.channel.name for place in self.places if place.is_different),
            "settings": _joined(*(f"{name}: {values}" for name, values in self.chosen_settings.items())),
            "office": _joined(self.title, dict(self.categories).get(self.category, "")),
        }

    @property
    def open_extras(self) -> frozenset[str]:
        """The parts that are open at first: those that hold something, or a field with an error."""
        holds = {name for name, words in self.extras.items() if words and name != "office"}
        holds |= {part for control, part in PARTS.items() if control in self.invalid}
        holds |= {"settings"} if any(control.startswith(SETTING) for control in self.invalid) else set()
        return frozenset(holds | ({"office"} if self.title else set()))

    @property
    def opens(self) -> str:
        """The language whose tab is open at first: the first with a text."""
        return next((tab.tag for tab in self.tabs if tab.text), self.tabs[0].tag)

    @property
    def script(self) -> str:
        """The municipality's primary script."""
        return str(self.post.municipality.primary_script)

    @property
    def glossary_json(self) -> str:
        """The spellings of the municipality's glossary, as JSON for the script."""
        return json.dumps(self.draft.glossary.for_latin(), ensure_ascii=False)

    @property
    def published_numbers_json(self) -> str:
        """Telephone numbers that the coach does not ask about, as JSON for the script."""
        return json.dumps(sorted(published_phones.published_numbers()))

    @property
    def patterns(self) -> tuple[CallPattern, ...]:
        return patterns()

    @property
    def coach_open(self) -> list[CoachingHint]:
        return [hint for hint in self.coach if hint.point.is_open]

    @property
    def coach_fine(self) -> list[CoachingHint]:
        """Finished points that only the server can compute; the browser adds those that the text alone decides."""
        return [hint for hint in self.coach if not hint.point.is_open and not hint.by_text]

    @property
    def coach_count(self) -> str:
        number = len(self.coach_open)
        return count_label(number) % {"count": number} if number else ""

    @property
    def coach_messages_url(self) -> str:
        """The URL of the coach's messages for the browser."""
        return messages_url(self.post.municipality.slug)

    @property
    def options(self) -> list[str]:
        """The lines for answers: the written ones, then empty ones."""
        written = self.draft.interactive.options
        return [*written, *[""] * (LINES - len(written))]

    @property
    def format_notes(self) -> list[str]:
        return format_notes(self.draft)

    @property
    def counted_previews(self) -> list[Preview]:
        """Those whose letters matter: a story shows none."""
        return [preview for preview in self.previews if preview.limits.shows_text]

    @property
    def poll_findings(self) -> list[ChannelFinding]:
        """Problems of a poll's answers and question."""
        # The notes on the format report these already, but as something that is still to come.
        is_early = frozenset() if self.tried else STILL_TO_COME
        return unique_findings(self.previews, lambda finding: finding.field == "poll" and finding.code not in is_early)

    @property
    def days_findings(self) -> list[ChannelFinding]:
        """Problems of the time that a poll runs."""
        return unique_findings(self.previews, lambda finding: finding.field == "poll.days")

    @property
    def thread_hint(self) -> ThreadHint:
        threads = {validation.network_title(preview.channel): preview.limits.threads for preview in self.previews}
        return ThreadHint(
            is_thread=any(max(preview.part.written) > 1 for preview in self.previews),
            is_long=any(3 * one.count > 2 * one.limits.max_characters for one in self.previews if one.limits.threads),
            threads=[name for name, has_threads in threads.items() if has_threads],
            single=[name for name, has_threads in threads.items() if not has_threads],
        )

    @property
    def text_findings(self) -> list[ChannelFinding]:
        """Problems of the text, shown beside it. An empty one is none before somebody wants to send it."""
        shows_empty = bool(self.tried) and not self.draft.is_empty
        return unique_findings(
            self.previews,
            lambda finding: (
                finding.field.partition(".")[0] in ("text", "language") and (shows_empty or finding.code != "empty")
            ),
        )

    @property
    def channel_findings(self) -> list[ChannelFinding]:
        """Problems of a whole channel, shown beside the channels."""
        return unique_findings(self.previews, lambda finding: finding.field == "channel")

    @cached_property
    def settings_places(self) -> list[ChannelChoice]:
        """Channels whose network lets one choose something for each post, with the problems of their fields."""
        return [
            replace(place, settings=[self._with_findings(one) for one in place.settings])
            for place in self.places
            if place.settings
        ]

    def _with_findings(self, shown: SettingField) -> SettingField:
        dependents = [self._with_findings(one) for one in shown.dependents]
        return replace(shown, findings=self.setting_findings.get(shown.control, ()), dependents=dependents)

    @property
    def setting_fields(self) -> list[SettingField]:
        """All of them in the order of the form."""
        fields = [field for place in self.settings_places for field in place.settings]
        return [one for field in fields for one in (field, *field.dependents)]

    @property
    def chosen_settings(self) -> dict[str, str]:
        """What was chosen, by the name of its channel."""
        rows = {preview.channel.name: preview.settings for preview in self.previews if preview.settings}
        return {name: ", ".join(f"{one.label}: {one.value}" for one in chosen) for name, chosen in rows.items()}

    @cached_property
    def setting_findings(self) -> dict[str, list[validation.Finding]]:
        """Problems of the settings by the ids of their controls. A correction keeps the settings of its post."""
        if self.post.is_correction:
            return {}
        problems: dict[str, dict[validation.Finding, None]] = {}
        for preview in self.previews:
            for finding in preview.findings:
                if finding.field.startswith("settings."):
                    control = _control(preview.channel, finding.field.removeprefix("settings."))
                    problems.setdefault(control, {})[finding] = None
        return {control: list(findings) for control, findings in problems.items()}

    @property
    def link_findings(self) -> list[ChannelFinding]:
        """Problems of the link, shown beside it."""
        return unique_findings(self.previews, lambda finding: finding.field == "link")

    @property
    def card_findings(self) -> list[ChannelFinding]:
        """Problems of the card of the link, shown beside its fields."""
        return unique_findings(self.previews, lambda finding: finding.field == "link_card")

    @property
    def headline_places(self) -> list[ChannelChoice]:
        """Channels whose posts have a title."""
        return [place for place in self.places if place.takes_title]

    @property
    def comment_places(self) -> list[ChannelChoice]:
        """Channels on which a first comment follows the post."""
        return [place for place in self.places if place.takes_comment]

    @property
    def needs_headline(self) -> bool:
        return bool(self.draft.headline) or any(place.chosen for place in self.headline_places)

    @property
    def needs_comment(self) -> bool:
        return bool(self.draft.first_comment) or any(place.chosen for place in self.comment_places)

    @property
    def headline_names(self) -> str:
        return ", ".join(dict.fromkeys(place.title for place in self.headline_places))

    @property
    def comment_names(self) -> str:
        return ", ".join(dict.fromkeys(place.title for place in self.comment_places))

    @property
    def comment_parts(self) -> list[Preview]:
        return [preview for preview in self.previews if preview.comment]

    @property
    def beside_findings(self) -> dict[str, list[ChannelFinding]]:
        """Problems of title and first comment, shown beside them."""
        fields = ("title", "first_comment")
        problems = unique_findings(self.previews, lambda finding: finding.field in fields)
        return {name: [problem for problem in problems if problem[1].field == name] for name in fields}

    @property
    def odd_service(self) -> str:
        """The post's service when it is not among those offered: saving must not lose it."""
        key = self.draft.service
        return "" if any(offer.service.key == key for offer in self.offers) else key

    @property
    def errors(self) -> int:
        return len(self.field_errors)


def build_page(
    request: MunicipalityRequest, post: Post, channels: Sequence[Channel], typed: ComposerInput
) -> ComposerPage:
    """The whole page. A returned post takes two more queries, for the note of the approver."""
    # Link checks come with the first autosave: the page has a fixed number of queries.
    shown = build_fragments(request, post, typed, channels, services=offers(), links=False)
    if post.is_correction:
        shown.correction = open_correction(post)
    if post.stage == "returned":
        shown.returned = next(iter(queries.decisions(post)), None)
    return shown


def _time_problem(request: MunicipalityRequest, typed: ComposerInput, tried: str) -> str:
    """While somebody has typed a day and not the hour yet, that is no mistake."""
    is_half = bool(request.POST.get("date", "").strip()) != bool(request.POST.get("time", "").strip())
    return "" if is_half and not tried else typed.time_problem


def build_fragments(
    request: MunicipalityRequest,
    post: Post,
    typed: ComposerInput,
    channels: Sequence[Channel],
    *,
    services: Sequence[Offered] = (),
    links: bool = True,
) -> ComposerPage:
    """What the page shows of `typed`. Five queries: glossary, pictures, results of the link checks; with a time, what
    is planned on channels whose network takes only so many posts; with a text and channels, other posts like it."""
    slug, municipality = request.municipality.slug, request.municipality
    content, draft = typed.content, replace(typed.content.draft, glossary=glossary(municipality.pk))
    library = queries.media_of(draft)
    promoted = promotion(draft, municipality, services)
    when = _when(request, typed)
    primary, others = _acts(request, when) if not post.is_correction else ("correction", ())
    past = bool(content.time and content.time.due_at <= timezone.now()) and not post.is_correction
    tried = _tried(request)
    chosen = queries.channels_of(draft, channels)
    seen = of_draft(post, draft, chosen, library)
    seen = with_page_card(seen, card_of(municipality.pk, draft.link))
    return ComposerPage(
        post=post,
        revision=typed.revision,
        draft=draft,
        title=content.title,
        category=content.category,
        date=request.POST.get("date") or (typed_day(content.time.local) if content.time else ""),
        time=request.POST.get("time") or (f"{content.time.local:%H:%M}" if content.time else ""),
        fold=content.time.fold if content.time else -1,
        asks_fold=typed.asks_fold,
        time_problem=_time_problem(request, typed, tried) or (past_time_message() if past else ""),
        time_in_words=_in_words(content.time) if content.time else "",
        when=when,
        planned_at=content.time.due_at if content.time else post.due_at if post.is_correction else None,
        whens=_whens(is_alone=primary != "submit"),
        approve_until=end_of_next_working_day(timezone.now()) - timedelta(minutes=1),
        deadline=request.POST.get("call-deadline") or _deadline(draft),
        deadline_problem=typed.deadline_problem,
        tried=tried,
        refused=refusals(draft, library) if tried else {},
        time_notes=_time_notes(content.time, municipality, chosen, post, draft),
        neighbours=neighbour_notes(chosen, _goes_out_at(content.time, when, primary), post, draft),
        tabs=[_tab(draft, tag) for tag in _tags(draft, channels, municipality)],
        places=[_place(draft, channel) for channel in channels],
        pictures=[picture_row(slug, library[shown.id], shown) for shown in draft.media if shown.id in library],
        previews=seen,
        # Before the first words nothing is missing yet.
        coach=coach_draft(draft, seen, library, municipality, links=links) if draft.has_text else [],
        notes=[
            *(notes(draft, municipality.official_languages) if draft.has_text else []),
            *all_notes(draft, promoted.offer if promoted else None),
        ],
        offers=services,
        promotion=promoted,
        picture_notes=_of_pictures(draft, seen, library),
        most_film=most_bytes(),
        may_remember=request.access.may(Verb.LIBRARY_EDIT),
        primary=primary,
        may_emergency=request.access.may(Verb.POST_EMERGENCY) and not post.is_correction,
        others=others,
    )


def _time_notes(
    time: ResolvedTime | None, municipality: Municipality, channels: Sequence[Channel], post: Post, draft: Draft
) -> list[str]:
    """Warnings about the time: an unusual one, and one at which a network has no room left."""
    return [*time_notes(time.local, municipality), *budgets.notes(channels, time.due_at, post, draft)] if time else []


def _goes_out_at(time: ResolvedTime | None, when: str, primary: str) -> datetime | None:
    """None while it depends on somebody's approval or on a later choice."""
    if when == When.ON_APPROVAL and primary == "publish":
        return timezone.now()
    return time.due_at if time and when == When.AT else None


def _joined(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)


ACTS_OF_PAGE = frozenset({"submit", "schedule", "publish", "correction"})


def _tried(request: MunicipalityRequest) -> str:
    """The act that this page was sent with, or that an earlier answer refused."""
    act = request.POST.get("act") or request.POST.get("tried") or ""
    return act if act in ACTS_OF_PAGE else ""


def _in_words(time: ResolvedTime) -> str:
    """With the day of the week and the month as words, which nobody reads as another day."""
    return f"{dates.weekday(time.due_at)}, {dates.date_time(time.due_at)}"


def _deadline(draft: Draft) -> str:
    deadline = draft.call.deadline_on
    return typed_day(deadline) if deadline else ""


def no_time_message() -> str:
    return _("Choose a day and a time, or another answer to when it goes out.")


def _when(request: MunicipalityRequest, typed: ComposerInput) -> str:
    """One of `When`."""
    sent = request.POST.get("when", "")
    if sent in When.values:
        return sent
    if typed.content.time or typed.time_problem:
        return When.AT
    return When.ON_APPROVAL if typed.content.on_approval else When.LATER


def _whens(*, is_alone: bool) -> list[tuple[str, str]]:
    """`is_alone`: this person needs no approval of another."""
    labels = {when.value: _("At once") if is_alone and when == When.ON_APPROVAL else str(when.label) for when in When}
    return list(labels.items())


def _acts(request: MunicipalityRequest, when: str) -> tuple[str, tuple[str, ...]]:
    """The primary action for this person, and the others under "More"."""
    municipality, access = request.municipality, request.access
    if not decides_alone(access, approval=municipality.approval, own_allowed=municipality.may_approve_own):
        return "submit", ()
    primary = {When.AT: "schedule", When.LATER: "save"}.get(When(when), "publish")
    others = [act for act in ("publish", "submit") if act != primary]
    return primary, tuple(others if municipality.needs_approval else others[:-1])


def _tags(draft: Draft, channels: Sequence[Channel], municipality: Any) -> list[str]:
    """The primary script first, then the other one, official languages, those of the channels, what is written."""
    first = f"sr-{municipality.primary_script}"
    official = [f"{language.get('language')}-{language.get('script')}" for language in municipality.official_languages]
    spoken = [tag for channel in channels for tag in channel.languages]
    return list(dict.fromkeys([first, *SERBIAN, *official, *spoken, *draft.texts]))


def _tab(draft: Draft, tag: str) -> Tab:
    own = draft.texts.get(tag, Text(""))
    resolved = compose.resolve_text(draft.texts, tag, draft.glossary)
    source = resolved.derived_from if resolved else None
    pieces = derived_text.derivation_pieces(draft.texts[source].text, tag, draft.glossary) if source else []
    return Tab(
        tag=tag,
        name=own_name(tag),
        label=language_name(tag),
        text="" if own.derived_from else own.text,
        follows=own.derived_from or "",
        derived=resolved.text if resolved and source else "",
        source=language_name(source) if source else "",
        needs_review=bool(resolved and resolved.needs_review),
        is_missing=resolved is None and tag not in SERBIAN and not draft.is_empty,
        segments=derived_text.text_segments(pieces),
        reasons=derived_text.derivation_reasons(pieces),
        offers=derived_text.glossary_suggestions(draft.texts, tag, draft.glossary),
    )


def _place(draft: Draft, channel: Channel) -> ChannelChoice:
    chosen = draft.layout.get(channel.pk)
    written = draft.per_channel.get(channel.pk, {})
    tags = dict.fromkeys([*compose.layout_of(draft, channel).languages, *written])
    settings = draft.settings.get(channel.pk, {})
    of_account = validation.limits(channel)
    limits = of_account.of_format(settings)
    return ChannelChoice(
        channel=channel,
        title=validation.network_title(channel),
        chosen=channel.pk in draft.channels,
        layout=chosen.layout if chosen else "",
        own=[ChannelText(tag, language_name(tag), written.get(tag, "")) for tag in tags],
        takes_title=bool(limits.title_characters),
        takes_comment=bool(limits.comment_characters),
        settings=_settings(channel, of_account.settings, settings),
        agreement=validation.agreement(channel, settings),
        alt_characters=limits.alt_characters or 0,
    )


def _control(channel: Channel, name: str) -> str:
    return f"{SETTING}{channel.pk}-{name}"


def _settings(channel: Channel, settings: Sequence[PostSetting], chosen: Mapping[str, str]) -> list[SettingField]:
    """Those of a channel; what depends on a switch comes with it."""
    fields = {setting.name: _setting(channel, setting, chosen) for setting in settings}
    return [
        replace(
            fields[setting.name], dependents=[fields[one.name] for one in settings if one.depends_on == setting.name]
        )
        for setting in settings
        if not setting.depends_on
    ]


def _setting(channel: Channel, setting: PostSetting, chosen: Mapping[str, str]) -> SettingField:
    choices = [(one.value, validation.setting_value(setting, one.value)) for one in setting.choices]
    return SettingField(
        _control(channel, setting.name), setting, chosen.get(setting.name, "") or setting.default, choices
    )


def _of_pictures(
    draft: Draft, seen: Sequence[Preview], library: Mapping[int, Media]
) -> dict[int, list[ChannelFinding]]:
    """Problems of each picture, of the video and of the document; key 0: of all together."""
    known = [shown.id for shown in draft.media if shown.id in library]
    pictures = [pk for pk in known if not library[pk].is_probed]
    rows = {
        "video": next((pk for pk in known if library[pk].is_video), 0),
        "document": next((pk for pk in known if library[pk].is_document), 0),
    }
    problems: dict[int, list[ChannelFinding]] = {}
    for problem in unique_findings(seen, lambda finding: finding.code != "video_not_ready"):  # shown in its row
        name, _dot, place = problem[1].field.partition(".")
        if name == "pictures":
            problems.setdefault(pictures[int(place)] if place and int(place) < len(pictures) else 0, []).append(problem)
        elif name in rows:
            problems.setdefault(0 if problem[1].code == "two_videos" else rows[name], []).append(problem)
    return problems
