"""Creates .venv and installs requirements-NAME.txt into it, with hashes: `python bootstrap.py local`.

uv installs the packages, as it is several times as fast; pip fetches uv, and installs the packages where uv cannot.
Standard library only, as it runs before anything is installed. Does nothing when the file has not changed since.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON, UV = VENV / "bin" / "python", VENV / "bin" / "uv"
PIP = "-m pip install --no-input --disable-pip-version-check --progress-bar off --only-binary :all: --require-hashes"
LOG = VENV / "install.log"
# Everything of the first is in the second.
SUPERSETS = {"local": ["local", "dev"], "dev": ["dev"]}
EXPLANATIONS = {
    "No space left on device": "The disk is full. Free about 500 MB and start again.",
    "Disk quota exceeded": "Your disk quota is used up. Free about 500 MB and start again.",
    "DO NOT MATCH THE HASHES": "A downloaded package is not the one we checked. Clear the cache (pip cache purge).",
    "Hash mismatch": "A downloaded package is not the one we checked. Clear the cache (.venv/bin/uv cache clean).",
    "No matching distribution": "A package has no build for this computer, or the package index cannot be reached.",
    "Max retries exceeded": "The package index cannot be reached. Check the network and proxy settings.",
    "Temporary failure in name resolution": "The package index cannot be reached. Check the network connection.",
}
UNREACHABLE = ("Max retries exceeded", "Temporary failure in name resolution")


def main(name: str) -> None:
    if is_installed(name):
        return
    make_venv()
    install(name)


def is_installed(name: str) -> bool:
    return works() and any(
        stamp(which).exists() and stamp(which).read_text() == fingerprint(which) for which in SUPERSETS[name]
    )


def works() -> bool:
    """Whether .venv has a Python of a version that fits. A system upgrade takes the one it pointed to away."""
    if not PYTHON.exists():
        return False
    probe = [str(PYTHON), "-c", "import pip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))"]
    return subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode == 0


def stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


def fingerprint(name: str) -> str:
    return hashlib.sha256((ROOT / f"requirements-{name}.txt").read_bytes()).hexdigest()


def make_venv() -> None:
    if works():
        return
    print(f"Making a virtual environment in .venv with Python {sys.version.split()[0]} ...", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    output = done.stdout + done.stderr
    if "ensurepip" in output or "No module named venv" in output:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        fail(
            f"Python {version} on this computer comes without its venv module.\n"
            f"On Debian and Ubuntu: sudo apt-get install python3-venv   (or python{version}-venv)"
        )
    fail(explain(output) or f"The virtual environment could not be made:\n{output}")


def install(name: str) -> None:
    requirements = ROOT / f"requirements-{name}.txt"
    total = len(re.findall(r"^[a-z0-9].*==", requirements.read_text(), flags=re.MULTILINE))
    print(f"Installing {total} packages from {requirements.name}; the full log is in .venv/install.log", flush=True)
    began = time.monotonic()
    with LOG.open("w") as log:
        if not (fetch_uv(log) and with_uv(requirements, log)):
            with_pip(requirements, log, total)
    stamp(name).write_text(fingerprint(name))
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


def fetch_uv(log: IO[str]) -> bool:
    """Install the pinned uv; False where there is none. Where pip has a package index of its own, that is no business
    of uv, which does not read pip's settings.
    """
    pins = (ROOT / "requirements-dev.txt").read_text()
    pin = re.search(r"^uv==.*?(?=^\S|\Z)", pins, flags=re.MULTILINE | re.DOTALL)
    if pin is None:
        return False
    wanted = VENV / "uv.txt"
    wanted.write_text(pin[0])
    code, output = run([str(PYTHON), *PIP.split(), "--requirement", str(wanted)], log)
    if code and any(sign in output for sign in UNREACHABLE):
        fail(explain(output))  # nor would the packages be
    return code == 0 and "Looking in indexes:" not in output


def with_uv(requirements: Path, log: IO[str]) -> bool:
    """Exits where another program would fail for the same reason."""
    # Certificates as pip of Debian has them: also of an authority that an organisation added.
    options = "--no-config --system-certs --no-progress --compile-bytecode --only-binary :all: --require-hashes"
    environ = dict(os.environ)
    if certificates := environ.get("PIP_CERT"):
        environ.setdefault("SSL_CERT_FILE", certificates)
    command = [str(UV), "pip", "install", "--python", str(PYTHON), *options.split(), "--requirement", str(requirements)]
    code, output = run(command, log, environ)
    if code and (why := explain(output)):
        fail(why)
    if code:
        print("  uv could not install them; trying with pip", flush=True)
    return code == 0


def run(command: list[str], log: IO[str], environ: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit code and output of a program; the output is in the log as well."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environ, check=False
    )
    log.write(done.stdout)
    log.flush()
    return done.returncode, done.stdout


def with_pip(requirements: Path, log: IO[str], total: int) -> None:
    command = [str(PYTHON), *PIP.split(), "--requirement", str(requirements)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) as pip:
        assert pip.stdout is not None
        show_progress(keep(pip.stdout, log), total)
    if pip.returncode:
        output = LOG.read_text()
        fail(explain(output) or "pip could not install the requirements:\n" + "\n".join(output.splitlines()[-15:]))


def keep(lines, log) -> Iterator[str]:  # type: ignore[no-untyped-def]
    for line in lines:
        log.write(line)
        log.flush()
        yield line


def show_progress(lines: Iterator[str], total: int) -> None:
    """One line that changes on a terminal, a line per ten packages elsewhere."""
    seen, live = 0, sys.stdout.isatty()
    for line in lines:
        match = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.\[\]-]+)", line)
        if match:
            seen += 1
            text = f"  {min(seen, total)}/{total} {match[1]}"
            if live:
                print(f"\r\x1b[K{text}", end="", flush=True)
            elif seen % 10 == 0:
                print(text, flush=True)
        elif line.startswith("Installing collected packages"):
            print(("\r\x1b[K" if live else "") + "  Unpacking ...", flush=True)
    if live:
        print("\r\x1b[K", end="", flush=True)


def explain(output: str) -> str:
    return next((meaning for sign, meaning in EXPLANATIONS.items() if sign in output), "")


def fail(message: str) -> None:
    sys.exit(f"\n{message}")


if __name__ == "__main__":
    os.chdir(ROOT)
    try:
        main(sys.argv[1] if sys.argv[1:] else "local")
    except KeyboardInterrupt:
        sys.exit("\nStopped while installing. Starting again continues from here.")
    except OSError as error:
        fail(explain(str(error)) or f"Cannot write to {error.filename or VENV}: {error.strerror}")
