#!/usr/bin/env python3
"""A backup a day, however often it is asked for: for cron, on as many machines as you like.

    */10 * * * * /path/to/nightly.py

The Idempotency-Key names the day, so the first request of a day makes the action, and the others find it. Once it has
FAILED, the day's is done with: schedule another one by hand.
Usage: nightly.py [KIND]
"""

import datetime
import sys

from steward import Problem, Steward


def main(kind='sqlite.steward/backup'):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    try:
        action = Steward().schedule(kind, key=f'{kind} {today}')
    except Problem as problem:
        sys.exit(f'{problem.code}: {problem}')
    print(action['state'], action['id'])


main(*sys.argv[1:])
