"""python -m tests.platforms.fakes --port 8900"""

import argparse
import json
import signal
import sys
import threading

from platforms import registry
from tests.platforms.fakes.core import running

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--explain", action="store_true", help="say in words how the portal is pointed here")
arguments = parser.parse_args()
stop = threading.Event()
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: stop.set())
with running(arguments.port) as server:
    accounts = server.default_accounts()
    if arguments.explain:
        options = {
            key: {"server": made["server"]}
            for key, made in accounts.items()
            if "server" not in registry.PLATFORMS[key].asks
        }
        sys.stdout.write(f"Stand-ins for {', '.join(accounts)} at {server.url}. Start the portal with:\n\n")
        sys.stdout.write(f"  PRIVATE_HOSTS_ALLOWED={','.join(sorted(server.allow))}\n")
        sys.stdout.write(f"  NETWORK_OPTIONS='{json.dumps(options)}'\n\n")
        for key, made in accounts.items():
            keys = {name: value for name, value in made["keys"].items() if value}
            typed = {name: made[name] for name in ("identifier", "password", "token") if name in made}
            sys.stdout.write(f"  {registry.PLATFORMS[key].title}: {json.dumps(keys | typed)}\n")
        sys.stdout.flush()
    ready = {"ready": True, "url": server.url, "allow": list(server.allow), "accounts": accounts}
    if not arguments.explain:
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
    stop.wait()
