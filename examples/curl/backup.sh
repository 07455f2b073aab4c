#!/bin/sh
# Asks for a piece of work, a backup unless told otherwise, and waits for its end.
# Usage: backup.sh [KIND [ARGS]]. Exits with 0 when it is DONE, with 1 when it FAILED or was refused.
set -eu
. "$(dirname "$0")/steward.sh"

kind=${1:-sqlite.steward/backup}
args=${2:-null}

# The id is ours: if an answer is lost, the repeated request finds the action of the first.
id=$(cat /proc/sys/kernel/random/uuid)
action=$(ask POST /api/v1/actions --data "{\"id\":\"$id\",\"kind\":\"$kind\",\"args\":$args}") || give_up "$action"

finish "$id"
