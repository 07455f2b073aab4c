#!/usr/bin/env python3
"""Asks for a piece of work, a backup unless told otherwise, and waits for its end.

Usage: backup.py [KIND [ARGS]]. Exits with 0 when it is DONE, with 1 when it FAILED or was refused.
"""

import json
import sys

from steward import Steward, run


def main(kind='sqlite.steward/backup', args='null'):
    steward = Steward()
    steward.finish(steward.schedule(kind, json.loads(args))['id'])


run(main, *sys.argv[1:])
