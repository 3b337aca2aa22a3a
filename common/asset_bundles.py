"""Joins the modules of a page into one file, as static files are collected.

In the repository, in tests and in development every module is a file of its own, and a browser asks for each of them.
Where files are collected, the modules that a page always loads become one: each keeps a scope of its own, so nothing in
it is renamed. What a module imports only when it is needed (`import("./crop.js")`) stays a file of its own, and so do
the modules of `apart`: they do something as they are loaded, so that a page must not have them in two bundles.

Our modules are simple, and what this cannot join is refused: cycles, `export default`, `export *` and exports that
change.
"""

import posixpath
import re
from collections.abc import Callable, Collection

Read = Callable[[str], str]

_NAMES = r"\{[^}]*\}|\*\s+as\s+\w+"
_IMPORT = re.compile(rf'^import\s+(?:({_NAMES})\s+from\s+)?"([^"]+)";', re.MULTILINE)
_PASSED_ON = re.compile(rf'^export\s+({_NAMES})\s+from\s+"([^"]+)";', re.MULTILINE)
_LISTED = re.compile(r"^export\s+(\{[^}]*\});", re.MULTILINE)
_DECLARED = re.compile(r"^export\s+(?=(?:async\s+)?(?:function\s*\*?|const|class)\s+(\w+))", re.MULTILINE)
_LATER = re.compile(r'\bimport\("([^"]+)"\)')
_UNKNOWN = re.compile(r"^(?:import\b(?!\()|export\b).*", re.MULTILINE)


class CannotJoin(ValueError):
    """A module is written in a way that this does not join."""


def joined_scripts(entry: str, read: Read, apart: Collection[str] = ()) -> str:
    """The module at `entry` with all that it imports but `apart`, which it goes on importing.

    `read` gives the text of a path. Raises `CannotJoin`.
    """
    bundle = _Bundle(entry, read, apart)
    name = bundle.add(entry)
    if bundle.exports[entry]:
        bundle.parts.append(f"export const {{ {', '.join(bundle.exports[entry])} }} = {name};")
    return "\n".join([*bundle.imports, *bundle.parts])


class _Bundle:
    def __init__(self, entry: str, read: Read, apart: Collection[str] = ()) -> None:
        self.folder = posixpath.dirname(entry)
        self.read = read
        self.apart = apart
        self.imports: list[str] = []
        self.names: dict[str, str] = {}
        self.exports: dict[str, list[str]] = {}
        self.parts: list[str] = []
        self.open: list[str] = []

    def add(self, path: str) -> str:
        """The name under which the module's exports are known in the bundle; the modules that it imports come first."""
        if path in self.open:
            raise CannotJoin(f"{' imports '.join([*self.open, path])}: a cycle.")
        if path in self.apart and path not in self.names:
            self.names[path] = f"module{len(self.names)}"
            self.imports.append(f'import * as {self.names[path]} from "{self._address(path)}";')
        if path not in self.names:
            self.open.append(path)
            text = self._scope(path)
            self.open.pop()
            self.names[path] = f"module{len(self.names)}"
            self.parts.append(f"const {self.names[path]} = (() => {{\n{text}\n}})();")
        return self.names[path]

    def _address(self, path: str) -> str:
        """The path as the bundle, which takes the place of its entry, finds it."""
        address = posixpath.relpath(path, self.folder)
        return address if address.startswith(".") else f"./{address}"

    def _scope(self, path: str) -> str:
        folder = posixpath.dirname(path)
        exports: list[str] = []

        def imported(match: re.Match[str]) -> str:
            names, address = match.groups()
            module = self.add(posixpath.normpath(posixpath.join(folder, address)))
            if names is None:
                return ""
            if names.startswith("*"):
                return f"const {names.split()[-1]} = {module};"
            return f"const {_as_properties(names)} = {module};"

        def passed_on(match: re.Match[str]) -> str:
            names, address = match.groups()
            module = self.add(posixpath.normpath(posixpath.join(folder, address)))
            if names.startswith("*"):
                exports.append(f"{names.split()[-1]}: {module}")
            else:
                exports.extend(f"{shown}: {module}.{own}" for own, shown in _pairs(names))
            return ""

        def listed(match: re.Match[str]) -> str:
            exports.extend(f"{shown}: {own}" for own, shown in _pairs(match[1]))
            return ""

        def declared(match: re.Match[str]) -> str:
            exports.append(match[1])
            return ""

        def later(match: re.Match[str]) -> str:
            return f'import("{self._address(posixpath.join(folder, match[1]))}")'

        text = _without_comment_lines(self.read(path))
        for pattern, written in (
            (_IMPORT, imported),
            (_PASSED_ON, passed_on),
            (_LISTED, listed),
            (_DECLARED, declared),
        ):
            text = pattern.sub(written, text)
        if unknown := _UNKNOWN.search(text):
            raise CannotJoin(f"{path}: {unknown[0]}")
        text = _LATER.sub(later, text).strip()
        self.exports[path] = [export.partition(":")[0] for export in exports]
        return f"{text}\nreturn {{ {', '.join(exports)} }};" if exports else text


def _without_comment_lines(text: str) -> str:
    """A script without the lines that are nothing but comments."""
    lines = []
    is_inside = False
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if is_inside:
            is_inside = not bare.endswith("*/")
        elif bare.startswith("/**") and "*/" not in bare:
            is_inside = True
        elif not bare.startswith("//") and not (bare.startswith("/**") and bare.endswith("*/")):
            lines.append(line)
    return "".join(lines)


def _without_comments(text: str) -> str:
    """A style sheet without its comments."""
    parts, at = [], 0
    while (start := text.find("/*", at)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        parts.append(text[at:start])
        at = end + 2
    return "".join([*parts, text[at:]])


def _pairs(names: str) -> list[tuple[str, str]]:
    """(name inside, name outside) of "{ a, b as c }"."""
    written = [name.split() for name in names.strip("{}").split(",") if name.strip()]
    return [(name[0], name[-1]) for name in written]


def _as_properties(names: str) -> str:
    return "{ " + ", ".join(own if own == shown else f"{own}: {shown}" for own, shown in _pairs(names)) + " }"


_STYLE = re.compile(r'^@import (?:url\()?"([^"]+)"\)?;\n', re.MULTILINE)


def style_imports(path: str, text: str) -> list[str]:
    """The paths of the sheets that the one at `path` imports, in their order."""
    return [posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) for name in _STYLE.findall(text)]


def joined_styles(entry: str, read: Read) -> str:
    """The style sheet at `entry` with all that it imports, in their order."""
    folder = posixpath.dirname(entry)

    def imported(match: re.Match[str]) -> str:
        return joined_styles(posixpath.normpath(posixpath.join(folder, match[1])), read)

    text = _STYLE.sub(imported, read(entry))
    return re.sub(r"\n\s+", "\n", _without_comments(text))
