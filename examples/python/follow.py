#!/usr/bin/env python3
"""Follows everything that happens, for ever, and misses nothing.

The id of the last event is kept in a file: after a restart of the agent, or of this script, the stream goes on behind it.
Usage: follow.py [FILE]
"""

import pathlib
import sys

from steward import Steward, run


def main(place='last-event'):
    file = pathlib.Path(place)
    last_id = file.read_text() if file.exists() else None
    for event_id, event, data in Steward().events(last_id):
        if event == 'transition':
            print(data['state'], data['kind'], data['action_id'], flush=True)
        elif event == 'gap':
            print(f"events are missing: {data['reason']}", file=sys.stderr, flush=True)
        # First told, then remembered: rather twice than never.
        if event_id:
            file.write_text(event_id)


try:
    run(main, *sys.argv[1:])
except KeyboardInterrupt:
    pass
