"""The product's publisher as the crash suite runs it: with the gate and the times of `tests.crash.app`."""

import sys

from portal import publisher
from tests.crash import app

assert app
sys.exit(publisher.main())
