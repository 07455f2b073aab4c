#!/bin/sh
# A service that is one process, for `test/support/small-service.ts`: small-service.sh FOLDER pid|start|stop. FOLDER has
#   pid           the process that was started last
#   pids          all that were started, one line each
#   journal       the verbs `start` and `stop`, as they were asked for
# and files that make it misbehave: `blind` (pid fails), `broken` (start fails), `lazy` (start does nothing), `stubborn`
# (stop does nothing), `respawn` (stop starts another process), `kill` (holds the point at which the agent is killed, once:
# stop-end, start-begin or start-end).
folder=$1
verb=$2
pid=$(cat "$folder/pid" 2> /dev/null)

# A zombie, which nobody has buried yet, does not run.
runs () {
  state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status" 2> /dev/null)
  [ -n "$pid" ] && [ -n "$state" ] && [ "$state" != Z ]
}

begin () {
  setsid sleep 1000 > /dev/null 2>&1 &
  echo $! >> "$folder/pids"
  echo $! > "$folder/pid.new"
  mv "$folder/pid.new" "$folder/pid"
}

# True when it has killed the agent. Whoever adopted an orphan is not the agent.
kill_at () {
  [ "$(cat "$folder/kill" 2> /dev/null)" = "$1" ] || return 1
  rm "$folder/kill"
  if tr '\0' ' ' < "/proc/$PPID/cmdline" | grep -q 'main.js serve'; then kill -9 "$PPID"; fi
}

case $verb in
  pid)
    if [ -e "$folder/blind" ]; then echo 'nothing to be seen' >&2; exit 4; fi
    if runs; then echo "$pid"; fi ;;
  start)
    echo start >> "$folder/journal"
    if kill_at start-begin; then exit 1; fi
    if [ -e "$folder/broken" ]; then echo 'the disk is on fire' >&2; exit 3; fi
    [ -e "$folder/lazy" ] || runs || begin
    kill_at start-end ;;
  stop)
    echo stop >> "$folder/journal"
    if [ -e "$folder/stubborn" ]; then exit 0; fi
    if runs; then kill "$pid"; fi
    while runs; do sleep 0.02; done
    if [ -e "$folder/respawn" ]; then begin; fi
    kill_at stop-end ;;
esac
exit 0
