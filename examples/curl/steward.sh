# Common to the scripts of this folder, which read it with `.`: how the agent is asked.

url=${STEWARD_URL:-http://127.0.0.1:8000}
patience=${STEWARD_PATIENCE:-60}

# ask METHOD PATH [OPTIONS OF CURL]: prints the answer; fails when the agent refuses, and prints why, and when it is away.
# A token comes in STEWARD_TOKEN; curl reads it from its input, so that it is in no list of processes.
# It is tried again while the agent is away, once a second: repeat only what is safe to repeat.
ask () {
  method=$1 path=$2
  shift 2
  printf '%s\n' "${STEWARD_TOKEN:+header = \"authorization: Bearer $STEWARD_TOKEN\"}" |
    curl --config - --silent --show-error --fail-with-body --retry "$patience" --retry-delay 1 --retry-connrefused \
      --request "$method" --header 'content-type: application/json' "$@" "$url$path"
}

# give_up ANSWER: ends the script after an `ask` that failed, with what it printed. Of an agent that is away curl has told.
give_up () {
  printf '%s\n' "${1:-There is no answer of the agent at $url.}" >&2
  exit 1
}

# finish ID: waits for the end of an action, prints its state, and fails where it FAILED, with its sentence.
finish () {
  state=NEW
  # Each request is held until the action has ended, or for 30 seconds.
  while [ "$state" != DONE ] && [ "$state" != FAILED ]; do
    action=$(ask GET "/api/v1/actions/$1?wait=30s") || give_up "$action"
    state=$(printf '%s' "$action" | field state)
  done
  printf '%s %s\n' "$state" "$1"
  [ "$state" = DONE ] || give_up "$(printf '%s' "$action" | sed -nE 's/.*"error":"(([^"\\]|\\.)*)".*/\1/p')"
}

# field NAME: the first text of this name in the JSON that it reads. `id` and `state` come first in an action.
field () {
  grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4
}
