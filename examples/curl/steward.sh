# Common to the scripts of this folder, which read it with `.`: how the agent is asked.

url=${STEWARD_URL:-http://127.0.0.1:8000}

# ask METHOD PATH [OPTIONS OF CURL]: prints the answer; fails when the agent refuses, and prints why.
# A token comes in STEWARD_TOKEN; curl reads it from its input, so that it is in no list of processes.
# It is tried again while the agent is away: repeat only what is safe to repeat.
ask () {
  method=$1 path=$2
  shift 2
  printf '%s\n' "${STEWARD_TOKEN:+header = \"authorization: Bearer $STEWARD_TOKEN\"}" |
    curl --config - --no-progress-meter --fail-with-body --retry 10 --retry-delay 1 --retry-connrefused \
      --request "$method" --header 'content-type: application/json' "$@" "$url$path"
}

# field NAME: the first text of this name in the JSON that it reads. `id` and `state` come first in an action.
field () {
  grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4
}
