"""Which Chromium the journeys use: the system's, else Playwright's own, else one installed from the system's packages.

The headless shell comes first where it is installed: it has no windows, tabs and menus of its own, so that a page costs
half of the processor time.

python -m launcher.browser    says which; as root on Debian it installs one when there is none
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Containers have no user namespaces and a small /dev/shm; nothing here may call home.
ARGUMENTS = [
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
# Of several such switches Chromium reads the last, so playwright's own features stand here as well. The two of the
# address bar run scripts of their own for each new page, which cost more than an empty page does.
UNUSED_FEATURES = (
    "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying",
    "OptimizationHints", "PaintHolding", "PreconnectToSearch", "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning", "WebUIOmniboxAimPopup", "WebUIOmniboxPopup",
)  # fmt: skip
ARGUMENTS.append(f"--disable-features={','.join(UNUSED_FEATURES)}")
MISSING = (
    "No Chromium was found, and the browser journeys need one. On Debian: sudo apt-get install chromium; "
    "elsewhere: .venv/bin/python -m playwright install chromium, or name one: BROWSER_PATH=/path/to/chromium"
)


class NoBrowser(RuntimeError):
    """No Chromium on this computer; the message says how to get one."""


def find() -> str:
    """The path of a Chromium. Raises NoBrowser."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        if not os.access(named, os.X_OK):
            raise NoBrowser(f"BROWSER_PATH is {named}, which is not a program.")
        return named
    path = next(filter(None, map(shutil.which, NAMES)), None) or _playwright()
    if not path:
        raise NoBrowser(MISSING)
    return path


def installed() -> list[str]:
    """The paths of all that are in PATH, the preferred first."""
    return list(dict.fromkeys(filter(None, map(shutil.which, NAMES))))


def describe() -> str:
    try:
        return find()
    except NoBrowser:
        return "none found, journeys will fail"


def _playwright() -> str | None:
    base = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "~/.cache/ms-playwright").expanduser()
    mac = Path("~/Library/Caches/ms-playwright").expanduser()
    patterns = (
        "chromium_headless_shell-*/chrome-*/*headless*shell",
        "chromium-*/chrome-linux*/chrome",
        "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    )
    for pattern in patterns:
        if paths := sorted(path for place in (base, mac) for path in place.glob(pattern)):
            return str(paths[-1])
    return None


def install() -> None:
    """Debian's chromium, when we may install and apt is there."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("No Chromium found: installing Debian's (apt-get install chromium) ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *arguments], env=quiet, stdin=subprocess.DEVNULL, check=False)


def main() -> int:
    try:
        try:
            path = find()
        except NoBrowser:
            install()
            path = find()
    except NoBrowser as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(f"Browser journeys use {path}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
