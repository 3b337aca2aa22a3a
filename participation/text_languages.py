"""Languages besides Serbian in which a consultation can be written, as tags of language and script: "hu-Latn"."""

from collections.abc import Collection

from channels.rules import languages
from municipalities.enums import Script, TextLanguage
from municipalities.models import Municipality
from posts.draft import SERBIAN
from posts.labels import language_name


def tags() -> tuple[str, ...]:
    """Those of posts without the two scripts of Serbian."""
    return tuple(tag for tag, _name in languages() if tag not in SERBIAN)


def official(municipality: Municipality) -> list[str]:
    """Those that are in official use in the municipality, in its order, one tag each.

    Where it is not known in which script, it is that of the municipality if the language has it.
    """
    known = tags()
    chosen: dict[str, None] = {}
    for entry in municipality.official_languages:
        scripts = (entry.get("script") or municipality.primary_script, *Script.values)
        candidates = (f"{entry.get('language')}-{script}" for script in scripts)
        chosen |= dict.fromkeys([tag for tag in candidates if tag in known][:1])
    return list(chosen)


def missing(municipality: Municipality, written: Collection[str]) -> list[str]:
    """Official languages in which nothing is written, in whatever script."""
    spoken = {_language(tag) for tag in written}
    return [tag for tag in official(municipality) if _language(tag) not in spoken]


def name(tag: str) -> str:
    """In the language of the interface: "Hungarian", with its script only where the language has two."""
    return language_name(tag) if _has_two_scripts(tag) else str(TextLanguage(_language(tag)).label)


def web_tag(tag: str) -> str:
    """For `lang` (BCP 47), without the script where the language has one: "hu", "cnr-Latn"."""
    return tag if _has_two_scripts(tag) else _language(tag)


def _language(tag: str) -> str:
    return tag.partition("-")[0]


def _has_two_scripts(tag: str) -> bool:
    return sum(_language(known) == _language(tag) for known in tags()) > 1
