"""The translation catalogues: extracted with xgettext, stored with polib, Serbian Latin derived from Cyrillic.

`locale/sr` is written by people, in Cyrillic. `locale/sr_Latn` is derived from it and never edited; `locale/en` only
overrides the English of the sources. The compiled .mo files are committed, because a production machine has neither
gettext nor polib. Only `make_messages` and `check_messages` use this module.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import polib

import django
from django.conf import settings
from django.core.management.base import CommandError
from django.utils.translation import templatize

from serbian.transliteration import to_latin

WRITTEN, DERIVED, ENGLISH = "sr", "sr_Latn", "en"
# Django's own Serbian catalogue has the same formula; it wins where both are loaded, so they must agree.
_SERBIAN_PLURALS = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
)
_PLURALS = {WRITTEN: _SERBIAN_PLURALS, DERIVED: _SERBIAN_PLURALS, ENGLISH: "nplurals=2; plural=(n != 1);"}
_SKIPPED = {".venv", ".git", ".data", "node_modules", "tests", "staticfiles", "docs", "migrations", "locale"}
_SKIPPED_AT_THE_ROOT = {"media"}  # files of an installation; a package may have this name
_KEYWORDS = (
    "gettext_noop", "gettext_lazy", "ngettext_lazy:1,2", "pgettext:1c,2", "npgettext:1c,2,3", "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"%\([A-Za-z_]\w*\)[-0-9.]*[a-z]|%[sd]|\{[A-Za-z_][\w.]*\}|</?[A-Za-z][A-Za-z0-9]*")
_TEMPLATE = re.compile(r"(\.html|\.txt)\.py$")

Key = tuple[str | None, str]


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def label(key: Key) -> str:
    """A message's name in JSON files and reports: its English text, after its context and a bar if it has one."""
    context, text = key
    return f"{context}|{text}" if context else text


def further() -> list[str]:
    """Languages that are translated by hand like any Django project's: folders of locale/ beside ours."""
    names = sorted(folder.name for folder in Path(settings.LOCALE_PATHS[0]).iterdir() if folder.is_dir())
    return [name for name in names if name not in _PLURALS]


def _plural_forms(language: str) -> str:
    """Of a further language: as Django's own catalogue has it, since the one that is loaded first wins."""
    if language in _PLURALS:
        return _PLURALS[language]
    own = Path(django.__file__).parent / "conf" / "locale" / language / "LC_MESSAGES" / "django.po"
    if not own.exists():
        raise CommandError(f"locale/{language}: Django has no such language. Name the folder as Django does.")
    return polib.pofile(str(own)).metadata["Plural-Forms"]


def path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> polib.POFile:
    """The catalogue of a language, empty if there is none yet."""
    catalogue = (
        polib.pofile(str(path(language)), wrapwidth=110) if path(language).exists() else polib.POFile(wrapwidth=110)
    )
    catalogue.metadata = {
        "Project-Id-Version": "dobosar",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": _plural_forms(language),
    }
    return catalogue


def write(language: str, catalogue: polib.POFile) -> None:
    """Saves the .po and its .mo; nothing in them depends on the day or the machine."""
    target = path(language)
    target.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(target))
    target.with_suffix(".mo").write_bytes(catalogue.to_binary())


def extract() -> polib.POFile:
    """Every message of the sources. Needs GNU xgettext; CommandError says so where it is missing."""
    if not shutil.which("xgettext"):
        raise CommandError("xgettext was not found. Install GNU gettext (apt install gettext) to read the sources.")
    with TemporaryDirectory() as directory:
        names = [_prepared(source, Path(directory)) for source in _sources()]
        (Path(directory) / "files").write_text("\n".join(names), encoding="utf-8")
        done = subprocess.run(
            ["xgettext", "--language=Python", "--from-code=UTF-8", "--add-comments=Translators", "--sort-by-file",
             *(f"--keyword={keyword}" for keyword in _KEYWORDS), "--files-from=files", "--output=messages.pot"],
            cwd=directory, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise CommandError(f"xgettext could not read the sources:\n{done.stderr}")
        template = Path(directory) / "messages.pot"
        return polib.pofile(str(template)) if template.exists() else polib.POFile()


def merged(catalogue: polib.POFile, template: polib.POFile) -> polib.POFile:
    """`template` with the translations `catalogue` has; what is no longer in the sources goes."""
    known = {key_of(entry): entry for entry in catalogue if not entry.obsolete}
    count = int(catalogue.metadata["Plural-Forms"].split("nplurals=")[1][0])
    fresh = polib.POFile(wrapwidth=110)
    fresh.metadata = catalogue.metadata
    fresh.extend(_carried(entry, known.get(key_of(entry)), count) for entry in template)
    return fresh


def derived(written: polib.POFile) -> polib.POFile:
    """The Latin catalogue of a Cyrillic one. Placeholders and markup are Latin already and pass untouched."""
    latin = read(DERIVED)
    latin.clear()
    for entry in written:
        copy = _copy(entry)
        copy.msgstr = to_latin(entry.msgstr)
        copy.msgstr_plural = {form: to_latin(text) for form, text in entry.msgstr_plural.items()}
        latin.append(copy)
    return latin


def missing(catalogue: polib.POFile) -> list[polib.POEntry]:
    """Entries that are empty, half filled or fuzzy."""
    return [entry for entry in catalogue if not entry.obsolete and not entry.translated()]


def wrong_placeholders(entry: polib.POEntry) -> bool:
    """True if a translation lost or gained a placeholder or a tag. A plural form may drop the number ("one post")."""
    if entry.msgid_plural:
        allowed = _placeholders(entry.msgid) | _placeholders(entry.msgid_plural)
        return any(_placeholders(text) - allowed for text in entry.msgstr_plural.values())
    return bool(entry.msgstr) and _placeholders(entry.msgstr) != _placeholders(entry.msgid)


def fill(catalogue: polib.POFile, translations: dict[str, str | list[str]]) -> list[str]:
    """Puts translations (by `label`) into the catalogue. Returns what is wrong with them, one sentence each."""
    entries = {label(key_of(entry)): entry for entry in catalogue}
    return [fault for name, text in translations.items() if (fault := _fill(entries.get(name), name, text))]


def _fill(entry: polib.POEntry | None, name: str, text: str | list[str]) -> str:
    if entry is None:
        return f"Not in the sources: {name!r}"
    if bool(entry.msgid_plural) != isinstance(text, list) or (isinstance(text, list) and len(text) != 3):
        return f"Needs {'three plural forms' if entry.msgid_plural else 'one text'}: {name!r}"
    before = entry.msgstr, entry.msgstr_plural
    if isinstance(text, list):
        entry.msgstr_plural = dict(enumerate(text))
    else:
        entry.msgstr = text
    if wrong_placeholders(entry):
        entry.msgstr, entry.msgstr_plural = before
        return f"Placeholders or tags differ: {name!r}"
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    return ""


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text.replace("%%", "")))


def _copy(entry: polib.POEntry) -> polib.POEntry:
    return polib.POEntry(
        msgctxt=entry.msgctxt,
        msgid=entry.msgid,
        msgid_plural=entry.msgid_plural,
        comment=entry.comment,
        # Names of files without lines: a line number would touch the catalogue with every edit of the source.
        occurrences=sorted({(_TEMPLATE.sub(r"\1", name), "") for name, _line in entry.occurrences}),
        flags=[flag for flag in entry.flags if flag != "fuzzy"],
    )


def _carried(entry: polib.POEntry, known: polib.POEntry | None, plural_forms: int) -> polib.POEntry:
    fresh = _copy(entry)
    if fresh.msgid_plural:
        old = known.msgstr_plural if known else {}
        fresh.msgstr_plural = {form: old.get(form, "") for form in range(plural_forms)}
    elif known:
        fresh.msgstr = known.msgstr
    if known and known.fuzzy:
        fresh.flags.append("fuzzy")
    return fresh


def _sources() -> Iterator[Path]:
    for directory, children, names in os.walk(settings.BASE_DIR):
        inside = Path(directory).relative_to(settings.BASE_DIR)
        children[:] = sorted(set(children) - _SKIPPED - (set() if inside.parts else _SKIPPED_AT_THE_ROOT))
        wanted = {".py", ".html", ".txt"} if "templates" in inside.parts else {".py"}
        yield from (inside / name for name in sorted(names) if Path(name).suffix in wanted)


def _prepared(source: Path, directory: Path) -> str:
    """Copies a source to `directory`, templates as Python that xgettext can read. Returns its name there."""
    text = (Path(settings.BASE_DIR) / source).read_text(encoding="utf-8")
    name = source.as_posix() if source.suffix == ".py" else f"{source.as_posix()}.py"
    target = directory / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text if source.suffix == ".py" else templatize(text, origin=source.as_posix()), encoding="utf-8")
    return name
