import { join } from 'node:path'
import { root } from '../support/markdown.js'

interface StandIns {
  /** The folder of the session. */
  readonly base: string
  /** Where its agent listens by default. */
  readonly url: string
}

const program = join(root, 'dist', 'main.js')

/**
 * The commands that stand in the place of those in documents, by name. What they do differently: an agent that is
 * started goes on in the background and listens when the command returns; what needs an agent starts one, as the reader
 * has; an event stream goes on in the background; an answer that refuses is a failure.
 */
export function commandStandIns ({ base, url }: StandIns): Record<string, string> {
  return {
    'steward-agent': agent(base),
    steward: `#!/bin/bash
case \${1-} in
  serve) shift; exec steward-agent "$@" ;;
  '' | -* | check | migrate | backup | audit | token | openapi | help | completion) ;;
  *) [ -e '${base}/agent.pid' ] || steward-agent ;;
esac
exec '${process.execPath}' '${program}' "$@"
`,
    // The service is an agent; Type=notify: it listens when systemctl returns.
    systemctl: `#!/bin/bash
case "$*" in
  'stop steward') steward-agent --stop ;;
  'start steward' | 'restart steward') steward-agent ;;
  *) echo "there is no such service: $*" >&2; exit 1 ;;
esac
`,
    journalctl: `#!/bin/bash
[ "$*" = '-u steward -o cat' ] && cat '${base}/agent.log'
`,
    npm: `#!/bin/bash
while [ $# -gt 0 ]; do
  case $1 in
    start) shift; [ "\${1-}" != -- ] || shift; exec steward-agent "$@" ;;
    steward) shift; [ "\${1-}" != -- ] || shift; exec steward "$@" ;;
    run | --silent) shift ;;
    *) break ;;
  esac
done
# Everything else is run by CI itself. That there is such a script is what is left to be found out.
'${process.execPath}' -e 'process.exit(JSON.parse(fs.readFileSync(process.argv[1])).scripts[process.argv[2]] ? 0 : 1)' \\
  '${join(root, 'package.json')}' "\${1-}"
`,
    python3: `#!/bin/bash
[ -e '${base}/agent.pid' ] || steward-agent
exec /usr/bin/env PATH="\${PATH#*:}" python3 "$@"
`,
    curl: `#!/bin/bash
[ -e '${base}/agent.pid' ] || case "$*" in *'${url}'*) steward-agent ;; esac
curl=$(PATH=\${PATH#*:} command -v curl)
for argument; do
  [ "$argument" = -N ] || continue
  stream=$(mktemp '${base}/streams/XXXXXX')
  "$curl" --no-progress-meter "$@" > "$stream" 2>&1 &
  # The agent begins with a comment, at once.
  for ((round = 0; round < 400; round++)); do [ -s "$stream" ] && exit; sleep 0.05; done
  exit 1
done
exec "$curl" --no-progress-meter --fail-with-body -w '\\n' "$@"
`
  }
}

/** Starts the agent, in the place of one that runs already; returns when it listens. */
function agent (base: string): string {
  return `#!/bin/bash
# One that has ended may wait for long until somebody buries it.
runs () { grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2> /dev/null; }
if [ -e '${base}/agent.pid' ]; then
  kill "$(cat '${base}/agent.pid')" 2> /dev/null
  while runs "$(cat '${base}/agent.pid')"; do sleep 0.05; done
fi
[ "\${1-}" != --stop ] || exit 0
touch '${base}/agent.log'
listening=$(grep -c '"msg":"listening"' '${base}/agent.log')
'${process.execPath}' '${program}' serve "$@" >> '${base}/agent.log' 2>&1 &
echo $! > '${base}/agent.pid'
for ((round = 0; round < 600; round++)); do
  [ "$(grep -c '"msg":"listening"' '${base}/agent.log')" -le "$listening" ] || exit 0
  runs $! || break
  sleep 0.05
done
tail -n 5 '${base}/agent.log' >&2
exit 1
`
}
