#!/usr/bin/env python3
"""A backup a day, however often it is asked for: for cron, on as many machines as you like.

    0 2 * * * /path/to/nightly.py

The Idempotency-Key names the day, so the first request of a day makes the action, and the others find it. Once it has
FAILED, the day's is done with: schedule another one by hand.
Usage: nightly.py [KIND]. Waits for the end. Exits with 0 when it is DONE, with 1 when it FAILED or was refused.
"""

import datetime
import sys

from steward import Steward, run


def main(kind='sqlite.steward/backup'):
    steward = Steward()
    today = datetime.datetime.now(datetime.timezone.utc).date()
    steward.finish(steward.schedule(kind, key=f'{kind} {today}')['id'])


run(main, *sys.argv[1:])
