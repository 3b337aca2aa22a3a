"""The modules and style sheets of a page become one file each where static files are collected."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest

from django.contrib.staticfiles.finders import get_finders
from django.template import Context, Template

from common.asset_bundles import CannotJoin, joined_scripts, joined_styles
from common.static_storage import APART, SCRIPTS, STYLES, StaticStorage

MODULES = {
    "js/page.js": (
        'import "./side.js";\nimport { one, two as second } from "./lib/numbers.js";\n'
        'import * as words from "./words.js";\n'
        "// A comment of its own.\nexport const sum = one + second;\n"
        'export const load = () => import("./lib/later.js");\nexport { words };\n'
    ),
    "js/side.js": "globalThis.loads = (globalThis.loads ?? 0) + 1;\n",
    "js/words.js": 'export { one as first } from "./lib/numbers.js";\nexport function said() {\n  return "да";\n}\n',
    "js/lib/numbers.js": 'import "../side.js";\nexport const one = 1;\nexport const two = 2;\n',
}


STATIC = Path("static")
ALL_SCRIPTS = sorted(path.relative_to(STATIC).as_posix() for path in (STATIC / "js").rglob("*.js"))
IMPORTED = re.compile(r'^(?:import|export)\s[^;]*?"(\.[^"]+)";', re.MULTILINE)
# Whatever stands at the beginning of a line and is not an import, a definition or the end of one.
EFFECTS = re.compile(r"^(?:(?:document|window|globalThis)\b|for \(|if \(|.*\bcreatePolicy\().*", re.MULTILINE)


def text_of(path: str) -> str:
    return (STATIC / path).read_text(encoding="utf-8")


def modules_of(path: str) -> set[str]:
    """The module and all that it imports, but for those that stay apart."""
    folder = posixpath.dirname(path)
    imported = {posixpath.normpath(posixpath.join(folder, address)) for address in IMPORTED.findall(text_of(path))}
    return {path}.union(*(modules_of(module) for module in imported - set(APART)))


def joined(modules: dict[str, str], entry: str = "js/page.js") -> str:
    return joined_scripts(entry, modules.__getitem__)


def test_each_module_comes_once_and_before_those_that_import_it() -> None:
    text = joined(MODULES)
    assert text.count("globalThis.loads =") == 1
    assert text.index("globalThis.loads") < text.index("const one = 1") < text.index("const sum")
    assert "A comment of its own" not in text
    assert "const { one, two: second } = module1;" in text


def test_what_is_imported_later_stays_a_file_that_the_bundle_finds() -> None:
    assert 'import("./lib/later.js")' in joined(MODULES)
    nested = {**MODULES, "js/deep/page.js": 'import { load } from "../page.js";\nload();\n'}
    assert 'import("../lib/later.js")' in joined(nested, "js/deep/page.js")


def test_the_exports_of_the_entry_can_be_imported_from_the_bundle() -> None:
    exports = joined(MODULES).rpartition("\n")[2]
    assert exports == "export const { words, sum, load } = module3;"


def test_a_module_that_stays_apart_is_imported_once_for_all_who_use_it() -> None:
    text = joined_scripts("js/page.js", MODULES.__getitem__, apart=["js/side.js", "js/lib/numbers.js"])
    assert text.startswith('import * as module0 from "./side.js";\nimport * as module1 from "./lib/numbers.js";\n')
    assert "const { one, two: second } = module1;" in text
    assert "globalThis" not in text


def test_what_a_module_does_as_it_is_loaded_happens_once_on_a_page() -> None:
    """A module in two bundles is loaded twice. Only modules that do nothing but define may be in several."""
    where: dict[str, set[str]] = {}
    for entry in SCRIPTS:
        for path in modules_of(entry):
            where.setdefault(path, set()).add(entry)
    for path in ALL_SCRIPTS:
        for imported in IMPORTED.findall(text_of(path)) if path not in where else ():
            where.setdefault(posixpath.normpath(posixpath.join(posixpath.dirname(path), imported)), set()).add(path)
    several = [path for path, places in where.items() if len(places) > 1 and path not in APART]
    assert {path: EFFECTS.findall(text_of(path)) for path in several if EFFECTS.search(text_of(path))} == {}
    assert EFFECTS.search(text_of("js/markup.js"))
    assert EFFECTS.search(text_of("js/dialog.js"))


@pytest.mark.parametrize(
    "text",
    [
        "export default 1;\n",
        'export * from "./side.js";\n',
        "export let open = 1;\n",
        "export const { a } = globalThis;\n",
        'import side from "./side.js";\n',
    ],
)
def test_what_cannot_be_joined_is_refused(text: str) -> None:
    with pytest.raises(CannotJoin, match=r"js/page\.js"):
        joined({**MODULES, "js/page.js": text})


def test_modules_that_import_each_other_are_refused() -> None:
    with pytest.raises(CannotJoin, match="cycle"):
        joined({**MODULES, "js/side.js": 'import "./page.js";\n'})


def test_style_sheets_stand_in_the_order_of_their_imports() -> None:
    sheets = {
        "css/all.css": '/* All. */\n@import "a.css";\n@import "b.css";\n',
        "css/a.css": "a {\n  b: c;\n}\n",
        "css/b.css": "b{}\n",
    }
    assert joined_styles("css/all.css", sheets.__getitem__).split() == ["a", "{", "b:", "c;", "}", "b{}"]


def test_where_files_are_not_collected_a_page_names_each_sheet() -> None:
    """A browser loads imported sheets one after the other, and tools that read a page's styles get lost in them."""
    page = Template('{% styles "css/portal.css" %}').render(Context())
    sheets = re.findall(r'<link rel="stylesheet" href="/static/css/(\w+)\.css">', page)
    assert sheets == ["tokens", "base", "layout", "components", "tour", "print"]


def test_all_bundles_of_the_portal_can_be_made_and_import_nothing_at_once(tmp_path: Path) -> None:
    storage = StaticStorage(location=tmp_path, base_url="/static/", brotli_quality=0)
    paths = {path: (place, path) for finder in get_finders() for path, place in finder.list([])}
    ours = {path: place for path, place in paths.items() if path.startswith(("js/", "css/", "fonts/", "img/"))}
    for path, (place, name) in ours.items():
        with place.open(name) as file:
            storage.save(path, file)
    assert not [error for _name, _hashed, error in storage.post_process(ours) if isinstance(error, Exception)]
    for path in (*SCRIPTS, *STYLES):
        text = (tmp_path / storage.stored_name(path)).read_text(encoding="utf-8")
        assert '\nimport "' not in text
        assert '} from "' not in text
        assert set(re.findall(r'^import \* as module\d+ from "[./]+(\w+)\.', text, re.MULTILINE)) <= {
            "dialog",
            "markup",
        }
        assert "@import" not in text
        assert len(text) > 500
