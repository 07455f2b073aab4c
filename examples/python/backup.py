#!/usr/bin/env python3
"""Asks for a piece of work, a backup unless told otherwise, and waits for its end.

Usage: backup.py [KIND [ARGS]]. Exits with 0 when it is DONE, with 1 when it FAILED or was refused.
"""

import json
import sys

from steward import Problem, Steward


def main(kind='sqlite.steward/backup', args='null'):
    steward = Steward()
    try:
        action = steward.wait(steward.schedule(kind, json.loads(args))['id'])
    except Problem as problem:
        sys.exit(f'{problem.code}: {problem}')
    print(action['state'], action['id'])
    if action['state'] == 'FAILED':
        sys.exit(action['state_payload']['error'])


main(*sys.argv[1:])
