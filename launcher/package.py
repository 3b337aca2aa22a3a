"""`make maintain WHAT=package`: the Debian package, dobosar_VERSION_ARCHITECTURE.deb, of the present commit.

It holds the code, a virtual environment with the packages of requirements-package.txt for Debian's own Python, the
collected static files, the units of packaging/systemd and the command `dobosar`. The same commit gives the same file.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from launcher import sbom
from launcher.errors import LauncherError
from launcher.site import ROOT, VERSION_FILE

NAME = "dobosar"
PREFIX = Path("usr/lib/dobosar")
DOCUMENTS = Path("usr/share/doc/dobosar")
TEMPLATES = ROOT / "packaging" / "debian"
REQUIREMENTS = "requirements-package.txt"
# Beside the Python packages, without those for development. portal.schema reads the versions in requirements.txt.
RUNTIME = {"locale", "manage.py", "requirements.txt", "static", "templates"}
DEVELOPMENT = {"tests", "tools"}
# Of the virtual environment: what the units start.
PROGRAMS = {"celery", "gunicorn"}
MAINTAINER = "The authors of Dobošar <dobosar@localhost.invalid>"
VERSION = re.compile(r"\d[A-Za-z0-9.+~]*")
# Nothing that is gathered depends on it.
PLACEHOLDER = "only-to-gather-static-files"
NEEDED = {"git": "git", "dpkg-deb": "dpkg"}
SYSTEM_PYTHON = Path("/usr/bin/python3")
# xz makes it a third smaller in minutes instead of seconds; lintian refuses zstd.
COMPRESSION = ["-Zgzip", "-z6"]


@dataclass(frozen=True)
class Release:
    """`python`: minor version of Debian's Python, as (3, 13). `moment`: of the commit, in seconds since 1970."""

    version: str
    architecture: str
    python: tuple[int, int]
    moment: int
    maintainer: str


def require_tools() -> None:
    """Raises `LauncherError` where the machine cannot build a package."""
    missing = sorted({package for program, package in NEEDED.items() if shutil.which(program) is None})
    if missing:
        raise LauncherError(
            f"A Debian package is built on Debian or Ubuntu; this machine has no {' and no '.join(missing)}. "
            f"There: apt-get install {' '.join(missing)}"
        )
    if not SYSTEM_PYTHON.exists():
        raise LauncherError(f"{SYSTEM_PYTHON}, for which the package is built, is missing: apt-get install python3")
    if _run([str(SYSTEM_PYTHON), "-c", "import venv, ensurepip"], check=False) is None:
        raise LauncherError("Debian's Python cannot make a virtual environment: apt-get install python3-venv")


def release(version: str | None = None) -> Release:
    """Of the commit that is checked out. A version that is not tagged sorts before the one that comes."""
    moment = int(git("log", "-1", "--format=%ct"))
    planned = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    if version is None:
        tags = git("tag", "--points-at", "HEAD").split()
        at = time.strftime("%Y%m%d.%H%M%S", time.gmtime(moment))
        version = planned if f"v{planned}" in tags else f"{planned}~{at}.{git('rev-parse', '--short=8', 'HEAD')}"
    if not VERSION.fullmatch(version):
        raise LauncherError(f"{version!r} is no version: it begins with a digit; letters, digits, . + ~ follow.")
    output = _run([str(SYSTEM_PYTHON), "-c", "import sys; print(*sys.version_info[:2])"]) or ""
    major, minor = map(int, output.split())
    maintainer = MAINTAINER
    if os.environ.get("DEBFULLNAME") and os.environ.get("DEBEMAIL"):
        maintainer = f"{os.environ['DEBFULLNAME']} <{os.environ['DEBEMAIL']}>"
    architecture = (_run(["dpkg", "--print-architecture"]) or "").strip()
    return Release(version, architecture, (major, minor), moment, maintainer)


def build(directory: Path, made: Release) -> Path:
    """Write the package to `directory` and return its path. `dobosar.deb` beside it leads to the newest one."""
    with tempfile.TemporaryDirectory(prefix="dobosar-package-") as name:
        root = Path(name) / "root"
        _say("code of the commit that is checked out")
        copy_code(root, made)
        _say(f"Python packages of {REQUIREMENTS}")
        _environment(root, made)
        _say("static files")
        _static_files(root / PREFIX, Path(name))
        _say("units, command and documents")
        copy_system_files(root, made)
        _say("the archive")
        return archive(root, directory, made)


def archive(root: Path, directory: Path, made: Release) -> Path:
    """The package with the files below `root`, to which the control files are added."""
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / f"{NAME}_{made.version}_{made.architecture}.deb"
    _clean(root)
    _control(root, made)
    command = ["dpkg-deb", "--root-owner-group", *COMPRESSION, "--build", str(root), str(target)]
    _run(command, environ={**os.environ, "SOURCE_DATE_EPOCH": str(made.moment)})
    link = directory / f"{NAME}.deb"
    link.unlink(missing_ok=True)
    link.symlink_to(target.name)
    return target


def copy_code(root: Path, made: Release) -> None:
    """Of the commit, without tests and what is for development only."""
    code = root / PREFIX
    code.mkdir(parents=True)
    tracked = git("ls-tree", "--name-only", "HEAD").split("\n")
    packages = {name for name in tracked if (ROOT / name / "__init__.py").exists()}
    paths = sorted((packages - DEVELOPMENT) | RUNTIME)
    with subprocess.Popen(["git", "archive", "HEAD", *paths], cwd=ROOT, stdout=subprocess.PIPE) as sources:
        subprocess.run(["tar", "-x", "-C", str(code)], stdin=sources.stdout, check=True)
    if sources.returncode:
        raise LauncherError("git archive failed; its message is above.")
    (code / "launcher/find_python.sh").unlink()
    (code / VERSION_FILE).write_text(f"{made.version}\n")


def _environment(root: Path, made: Release) -> None:
    venv = root / PREFIX / ".venv"
    program = "/usr/bin/python{}.{}".format(*made.python)
    _run([program, "-m", "venv", "--without-pip", str(venv)])
    options = "--quiet --no-compile --no-input --disable-pip-version-check --only-binary :all: --require-hashes"
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "install", *options.split()]
    _run([*pip, "--requirement", str(ROOT / REQUIREMENTS)])
    (venv / ".gitignore").unlink(missing_ok=True)
    for path in (venv / "bin").iterdir():
        if path.name not in PROGRAMS and not path.is_symlink():
            path.unlink()
    # Programs and the configuration name the directory in which they were made.
    for path in [venv / "pyvenv.cfg", *(venv / "bin" / name for name in PROGRAMS)]:
        path.write_text(path.read_text().replace(str(root), ""))
    # pip notes in RECORD what it wrote, and to which it adds the programs that were removed.
    for record in venv.glob("lib/*/site-packages/*.dist-info/RECORD"):
        lines = record.read_text().splitlines(keepends=True)
        record.write_text("".join(line for line in lines if not line.startswith("../../../bin/")))


def _static_files(code: Path, work: Path) -> None:
    environ = {
        "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings", "DATA_DIR": str(work / "data"),
        "STATIC_ROOT": str(code / "staticfiles"), "STATIC_BROTLI_QUALITY": "11", "PYTHONDONTWRITEBYTECODE": "1",
        "SECRET_KEY": PLACEHOLDER, "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    command = [str(code / ".venv/bin/python"), "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    _run(command, environ=environ, directory=code)


def copy_system_files(root: Path, made: Release) -> None:
    """Units, command, options and documents."""
    _documents(root, made)
    units = root / "usr/lib/systemd/system"
    shutil.copytree(ROOT / "packaging" / "systemd", units)
    _write(root / "usr/bin/dobosar", (TEMPLATES / "dobosar.sh").read_text(), 0o755)
    _write(root / "etc/dobosar/options.env", (TEMPLATES / "options.env").read_text())
    manual = (TEMPLATES / "dobosar.1").read_bytes()
    _compressed(root / "usr/share/man/man1/dobosar.1.gz", manual)
    overrides = (TEMPLATES / "lintian-overrides").read_text()
    _write(root / "usr/share/lintian/overrides/dobosar", overrides)


def _documents(root: Path, made: Release) -> None:
    documents = root / DOCUMENTS
    deploy = (ROOT / "docs/operations/deploy.md").read_text()
    for name, configuration in proxies(deploy).items():
        _write(documents / "examples" / name, configuration)
    for directory in ("operations", "runbooks"):
        shutil.copytree(ROOT / "docs" / directory, documents / directory)
    licence = "\n".join(f" {line}" if line.strip() else " ." for line in (ROOT / "LICENSE").read_text().splitlines())
    _write(documents / "copyright", (TEMPLATES / "copyright").read_text().replace("@LICENCE@", licence))
    _write(documents / "sbom.cdx.json", sbom.as_json(sbom.bill(requirements=REQUIREMENTS, moment=made.moment)))
    changes = (
        f"{NAME} ({made.version}) unstable; urgency=medium\n\n  * What changed: CHANGELOG.md beside this file.\n\n"
        f" -- {made.maintainer}  {formatdate(made.moment)}\n"
    )
    _compressed(documents / "changelog.gz", changes.encode())
    shutil.copy(ROOT / "CHANGELOG.md", documents / "CHANGELOG.md")


def proxies(deploy: str) -> dict[str, str]:
    """The configurations in docs/operations/deploy.md, by the name of their file."""
    files = {"nginx": "nginx.conf", "caddyfile": "Caddyfile"}
    blocks = dict(re.findall(r"^```(nginx|caddyfile)\n(.*?)^```", deploy, flags=re.DOTALL | re.MULTILINE))
    if blocks.keys() != files.keys():
        raise LauncherError("docs/operations/deploy.md has not one configuration for each of nginx and Caddy.")
    return {files[language]: text for language, text in blocks.items()}


def _clean(root: Path) -> None:
    """Modes do not depend on the person's umask, and bytecode is made on the machine that runs it."""
    for path in sorted(root.rglob("*"), reverse=True):
        if path.name == "__pycache__":
            shutil.rmtree(path)
        elif path.is_dir():
            path.chmod(0o755)
        elif not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR and _is_program(root, path) else 0o644)
    (root / "etc/dobosar").chmod(0o700)
    root.chmod(0o755)


def _is_program(root: Path, path: Path) -> bool:
    return path.parent in (root / "usr/bin", root / PREFIX / ".venv/bin") or path == root / PREFIX / "manage.py"


def _control(root: Path, made: Release) -> None:
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    major, minor = made.python
    values = {
        "VERSION": made.version, "ARCHITECTURE": made.architecture, "MAINTAINER": made.maintainer,
        "SIZE": str(sum(-(-path.stat().st_size // 1024) for path in files)),
        "PYTHON": f"{major}.{minor}", "NEXT_PYTHON": f"{major}.{minor + 1}",
    }  # fmt: skip
    control = (TEMPLATES / "control").read_text()
    for name, value in values.items():
        control = control.replace(f"@{name}@", value)
    # The format of dpkg, which finds damaged files with them, and no changed ones.
    names = [str(path.relative_to(root)) for path in files]
    batches = [names[start : start + 1000] for start in range(0, len(names), 1000)]
    sums = "".join(_run(["md5sum", *batch], directory=root) or "" for batch in batches)
    _write(root / "DEBIAN/control", control)
    _write(root / "DEBIAN/md5sums", sums)
    _write(root / "DEBIAN/conffiles", "/etc/dobosar/options.env\n")
    for script in ("postinst", "prerm", "postrm"):
        _write(root / "DEBIAN" / script, (TEMPLATES / script).read_text(), 0o755)


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def _compressed(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, 9, mtime=0))


def git(*arguments: str, directory: Path = ROOT) -> str:
    return (_run(["git", *arguments], directory=directory) or "").strip()


def _run(
    command: list[str], *, environ: dict[str, str] | None = None, directory: Path = ROOT, check: bool = True
) -> str | None:
    """What the program writes. Where it fails: `LauncherError`, or None without `check`."""
    done = subprocess.run(command, cwd=directory, env=environ, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout
    if not check:
        return None
    raise LauncherError(f"{' '.join(command[:6])} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _say(step: str) -> None:
    print(f"  {step} ...", flush=True)


def review(package: Path) -> str:
    """What lintian has against it, "" if nothing; only errors count. Raises `LauncherError` where there are some."""
    if shutil.which("lintian") is None:
        return "lintian is not installed, so the package was not checked with it."
    command = ["lintian", "--allow-root", "--fail-on", "error", "--tag-display-limit", "0", str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LauncherError(f"lintian refuses {package.name}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def main(arguments: list[str]) -> int:
    description = "Build the Debian package of this commit."
    parser = argparse.ArgumentParser(prog="make maintain WHAT=package", description=description)
    parser.add_argument("--to", default="build", help="directory to write it to (build)")
    parser.add_argument("--version", help="its version, instead of that of pyproject.toml and the commit")
    options = parser.parse_args(arguments)
    require_tools()
    if git("status", "--porcelain", "--untracked-files=no"):
        print("Changes that are not committed will not be in the package.", file=sys.stderr)
    began = time.monotonic()
    target = release(options.version)
    print(f"Building {NAME} {target.version} for {platform.machine()} and Python {'.'.join(map(str, target.python))}:")
    package = build(Path(options.to).expanduser().resolve(), target)
    if remarks := review(package):
        print(remarks)
    print(f"{package} ({package.stat().st_size / 1e6:.1f} MB), in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LauncherError as error:
        sys.exit(f"\n{error}")
