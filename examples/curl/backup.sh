#!/bin/sh
# Asks for a piece of work, a backup unless told otherwise, and waits for its end.
# Usage: backup.sh [KIND [ARGS]]. Exits with 0 when it is DONE, with 1 when it FAILED.
set -eu
. "$(dirname "$0")/steward.sh"

kind=${1:-sqlite.steward/backup}
args=${2:-null}

# The id is ours: if an answer is lost, the repeated request finds the action of the first.
id=$(cat /proc/sys/kernel/random/uuid)
action=$(ask POST /api/v1/actions --data "{\"id\":\"$id\",\"kind\":\"$kind\",\"args\":$args}") || {
  printf '%s\n' "$action" >&2
  exit 1
}

# Each request is held until the action has ended, or for 30 seconds.
state=NEW
while [ "$state" != DONE ] && [ "$state" != FAILED ]; do
  action=$(ask GET "/api/v1/actions/$id?wait=30s")
  state=$(printf '%s' "$action" | field state)
done
printf '%s %s\n' "$state" "$id"
[ "$state" = DONE ] || { printf '%s\n' "$action" >&2; exit 1; }
