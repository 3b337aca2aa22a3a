"""A management command on the site of DATA_DIR, whether it runs or not: `python -m launcher.manage seed_demo`.

Starts the embedded servers when they do not run yet, and stops them again unless another program uses them by then.
"""

from __future__ import annotations

import os
import subprocess
import sys

from launcher import embedded, prepare
from launcher import site as sites
from launcher.errors import LauncherError
from launcher.site import ROOT


def manage(arguments: list[str]) -> int:
    site = sites.read()
    sites.make_directory(site.data)
    with embedded.serving(site.servers) as urls:
        environ = sites.environment(site, urls)
        # This command is what makes them belong to the database.
        accepts = arguments[:1] == ["accept_installation"]
        prepare.prepare(site, environ, own_database=not os.environ.get("DATABASE_URL"), accepts=accepts)
        return subprocess.run([sys.executable, "manage.py", *arguments], env=environ, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(manage(sys.argv[1:]))
    except LauncherError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
