#!/bin/sh
# Follows everything that happens, for ever, and misses nothing: the id of the last event is kept in a file, and after a
# restart of the agent, or of this script, the stream goes on behind it.
# Usage: follow.sh [FILE]
set -eu
. "$(dirname "$0")/steward.sh"

place=${1:-last-event}

tell () { # EVENT DATA
  case $1 in
    transition) printf '%s %s %s\n' "$(printf '%s' "$2" | field state)" "$(printf '%s' "$2" | field kind)" \
      "$(printf '%s' "$2" | field action_id)" ;;
    gap) printf 'events are missing: %s\n' "$2" >&2 ;;
  esac
}

while :; do
  set --
  [ ! -s "$place" ] || set -- --header "last-event-id: $(cat "$place")"
  ask GET /api/v1/events --no-buffer "$@" 2> /dev/null | {
    event='' id='' data=''
    while IFS= read -r line; do
      case $line in
        'event: '*) event=${line#event: } ;;
        'id: '*) id=${line#id: } ;;
        'data: '*) data=${line#data: } ;;
        '') # the end of an event
          tell "$event" "$data"
          # First told, then remembered: rather twice than never.
          [ -z "$id" ] || printf '%s' "$id" > "$place"
          event='' id='' data='' ;;
      esac
    done
  } || true
  sleep 1
done
