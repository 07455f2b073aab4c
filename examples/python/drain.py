#!/usr/bin/env python3
"""Takes the work off a node: cancels everything that waits. What runs goes on to its end.

Usage: drain.py
"""

from steward import Problem, Steward, run


def main():
    steward = Steward()
    count = 0
    for action in steward.actions(state='NEW', order='asc'):
        try:
            steward.cancel(action['id'])
        except Problem as problem:
            if problem.status != 409:  # it has begun, or ended, since the list was made
                raise
        else:
            print('cancelled', action['id'])
            count += 1
    print(count, 'cancelled')


run(main)
