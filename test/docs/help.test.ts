/** Every example in the help of every command is run, as docs/cli.md has it. */
import t from 'tap'
import { blocksOf, type Block } from '../support/markdown.js'
import { openSession } from './session.js'

const examples = blocksOf('docs/cli.md').flatMap(examplesOf)

/** What the examples take for granted. */
const preparations = `
export STEWARD_ACCESS_TOKENS_FILE=tokens.json
# As zsh has it, but counted from 0.
fpath=(none "$HOME")
mkdir -p ~/.config/fish/completions
schedule () { curl -X POST -H 'content-type: application/json' http://127.0.0.1:8000/api/v1/actions -d "$1" > /dev/null; }
named='{"id":"0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11","kind":"agent.steward/test.script","args":{"steps":[{"do":"sleep","ms":600000}]}}'
ping='{"kind":"agent.replicante.io/test.ping"}'
`

/** They go on until Ctrl-C, which here comes by itself. */
const endless = /--watch|\bevents(?!.*--count)|\bshow .*--follow/

t.test('the help of every command has examples', async t => {
  t.ok(examples.length > 10, `${examples.length} examples`)
})

t.test('each example works', async t => {
  const session = await openSession(t, { files: { '/etc/steward.yaml': 'log:\n  level: debug\n' } })
  t.same((await session.run(preparations)).failures, [])
  for (const example of examples) {
    const { output, failures } = await session.run(around(example))
    const troubles = failures.filter(failure => !endless.test(example) || !failure.startsWith('exit code 124'))
    t.same(troubles, [], `${example}\n${output.slice(-500)}`)
    // The next ones are for an agent at the usual place.
    if (example.startsWith('steward serve ')) await session.run('steward serve')
  }
})

/** The example among what has to be there, and to happen. */
function around (example: string): string {
  if (example.includes('0198c5a1')) return `schedule "$named"\n${ended(example)}\n`
  if (!example.includes('--count')) return `${ended(example)}\n`
  return `(trap - ERR; while sleep 0.3; do schedule "$ping"; done) &\n${example}\nkill $!\n`
}

function ended (example: string): string {
  return endless.test(example) ? `timeout --signal=INT 2 ${example}` : example
}

function examplesOf ({ language, text }: Block): string[] {
  if (language !== 'text') return []
  const [, lines = ''] = /^Examples:\n((?: {2}.*\n)+)/m.exec(text) ?? []
  return lines.split('\n').map(line => line.trim()).filter(line => line !== '')
}
