#!/bin/sh
# A backup a day, however often it is asked for: for cron, on as many machines as you like.
#   0 2 * * * /path/to/nightly.sh
# The Idempotency-Key names the day, so the first request of a day makes the action, and the others find it. Once it has
# FAILED, the day's is done with: schedule another one by hand.
# Usage: nightly.sh [KIND]. Waits for the end. Exits with 0 when it is DONE, with 1 when it FAILED or was refused.
set -eu
. "$(dirname "$0")/steward.sh"

kind=${1:-sqlite.steward/backup}
action=$(ask POST /api/v1/actions --header "idempotency-key: \"$kind $(date -u +%F)\"" --data "{\"kind\":\"$kind\"}") || give_up "$action"
finish "$(printf '%s' "$action" | field id)"
