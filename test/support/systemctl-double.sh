#!/bin/sh
# A double of systemctl(1), for `test/support/systemctl.ts`, which copies it to a folder of its own. Beside it are
#   calls         the arguments of each call, one line each
#   units/NAME/   a unit; its file `sort` says how it behaves, `pid` and `sub` are its state
# Words and exit codes are those of systemd 252: 5 for a unit that is not there, 4 where access is denied, 1 when the
# unit's job fails; `show` knows an inactive unit by every name.
here=$(dirname "$0")
echo "$*" >> "$here/calls"
verb=$1
for unit; do :; done
case $unit in *.service) ;; *) unit=$unit.service ;; esac
dir=$here/units/$unit
sort=$(cat "$dir/sort" 2> /dev/null)
pid=$(cat "$dir/pid" 2> /dev/null)

fail () {
  code=$1
  shift
  printf '%s\n' "$@" >&2
  exit "$code"
}

# A zombie, which nobody has buried yet, does not run.
runs () {
  state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status" 2> /dev/null)
  [ -n "$pid" ] && [ -n "$state" ] && [ "$state" != Z ]
}

become () { echo "$1" > "$dir/sub"; }

case $verb in
  show)
    if runs; then main=$pid; else main=0; fi
    sub=$(cat "$dir/sub" 2> /dev/null || echo dead)
    [ "$main" = 0 ] && [ "$sub" = running ] && sub=failed
    case $sort in
      mute) ;;
      reversed) printf 'SubState=%s\nMainPID=%s\n' "$sub" "$main" ;;
      *) printf 'MainPID=%s\nSubState=%s\n' "$main" "$sub" ;;
    esac ;;
  start)
    see="See \"systemctl status $unit\" and \"journalctl -xeu $unit\" for details."
    case $sort in
      '') fail 5 "Failed to start $unit: Unit $unit not found." ;;
      denied) fail 4 "Failed to start $unit: Access denied" "See system logs and 'systemctl status $unit' for details." ;;
      failing) become failed; fail 1 "Job for $unit failed because the control process exited with error code." "$see" ;;
      hanging) become start; sleep 1000 ;;
      umbrella) become exited ;;
      *)
        runs && exit 0
        setsid sleep 1000 > /dev/null 2>&1 &
        echo $! > "$dir/pid"
        become running ;;
    esac ;;
  stop)
    [ -n "$sort" ] || fail 5 "Failed to stop $unit: Unit $unit not loaded."
    if runs; then kill "$pid"; fi
    while runs; do sleep 0.02; done
    become dead ;;
  *) fail 1 "Unknown command verb $verb." ;;
esac
