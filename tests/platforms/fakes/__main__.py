"""python -m tests.platforms.fakes --port 8900"""

import argparse
import json
import signal
import sys
import threading

from tests.platforms.fakes.core import running

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=0)
arguments = parser.parse_args()
stop = threading.Event()
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: stop.set())
with running(arguments.port) as server:
    ready = {"ready": True, "url": server.url, "allow": list(server.allow), "accounts": server.default_accounts()}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    stop.wait()
