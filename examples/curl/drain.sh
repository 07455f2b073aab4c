#!/bin/sh
# Takes the work off a node: cancels everything that waits. What runs goes on to its end.
# Usage: drain.sh
set -eu
. "$(dirname "$0")/steward.sh"

cursor='' count=0
while :; do
  page=$(ask GET "/api/v1/actions?state=NEW&order=asc&limit=100$cursor") || give_up "$page"
  for id in $(printf '%s' "$page" | grep -o '"id":"[^"]*"' | cut -d '"' -f 4); do
    # 409: it has begun, or ended, since the list was made.
    if ask POST "/api/v1/actions/$id/cancel" > /dev/null 2>&1; then
      printf 'cancelled %s\n' "$id"
      count=$((count + 1))
    fi
  done
  # A page may be short: only without a next one it was the last.
  next=$(printf '%s' "$page" | field next)
  [ -n "$next" ] || break
  cursor="&cursor=$next"
done
printf '%s cancelled\n' "$count"
