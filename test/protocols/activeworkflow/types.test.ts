import t from 'tap'
import { createHash } from 'node:crypto'
import type { JsonSchema, JsonValue } from '../../../src/domain/json.js'
import { builtInKinds } from '../../../src/kinds/index.js'
import { createRegistry } from '../../../src/kinds/registry.js'
import { defaultArgs } from '../../../src/protocols/activeworkflow/defaults.js'
import { registrationOfAll, registrationOfKind } from '../../../src/protocols/activeworkflow/description.js'
import { agentTypes } from '../../../src/protocols/activeworkflow/types.js'

const kinds = createRegistry(builtInKinds({ clock: { now: () => 0 } })).list()
const ping = kinds.find(({ kind }) => kind === 'agent.replicante.io/test.ping')!
const longest = 20_000

function namesOf (...names: string[]): string[] {
  const types = agentTypes(names.map(kind => ({ kind })))
  return names.map(kind => types.get(kind)!)
}

function hash (kind: string, digits = 8): string {
  return createHash('sha256').update(kind).digest('hex').slice(0, digits)
}

function descriptionOf (summary: string, args: JsonSchema = {}, example: JsonValue = {}): string {
  return registrationOfKind({ kind: 'x/y', summary, args, example }, 'StewardXY').description
}

t.test('every built-in kind has a class name of its own', async t => {
  const types = agentTypes(kinds)

  t.strictSame([...types.keys()], kinds.map(({ kind }) => kind))
  t.equal(new Set(types.values()).size, kinds.length)
  for (const name of types.values()) t.match(name, /^Steward[A-Z][A-Za-z0-9]*$/)
  t.equal(types.get('agent.replicante.io/test.ping'), 'StewardAgentReplicanteIoTestPing')
})

t.test('class names are letters and digits, whatever the kind is called', async t => {
  t.strictSame(namesOf('x/backUp_all', '9to5/0', 'ß.é/"#{system(1)}"\n'),
    ['StewardXBackUpAll', 'Steward9to50', 'StewardSystem1'])
})

t.test('kinds of the same words all get a part of their hash, in whatever order they come', async t => {
  const alike = ['x/foo.bar', 'x/Foo-bar', 'x/foo_Bar']
  const expected = alike.map(kind => `StewardXFooBar${hash(kind)}`)

  t.strictSame(namesOf(...alike, 'x/foobar'), [...expected, 'StewardXFoobar'])
  t.strictSame(namesOf('x/foobar', ...alike.toReversed()), ['StewardXFoobar', ...expected.toReversed()])
})

t.test('a kind that is called like the hashed name of another takes nothing from it', async t => {
  const thief = `x/foo${hash('x/foo')}`
  const set = ['x/foo', 'x/Foo', thief]

  t.strictSame(namesOf(...set), [
    `StewardXFoo${hash('x/foo', 16)}`, `StewardXFoo${hash('x/Foo')}`, `StewardXFoo${hash('x/foo')}${hash(thief)}`
  ])
  t.strictSame(namesOf(...set.toReversed()), namesOf(...set).toReversed())
})

t.test('no kind gets the name of the whole registry, and a kind named twice is one', async t => {
  t.strictSame(namesOf('-/-'), [`Steward${hash('-/-')}`])
  t.strictSame(namesOf('x/y', 'x/y'), ['StewardXY', 'StewardXY'])
})

t.test('default options propose what the schema does', async t => {
  t.strictSame(registrationOfKind(ping, 'Name').default_options, { args: { count: 1 }, agent: '', wait: 0 })
  t.strictSame(Object.entries(registrationOfAll(kinds).default_options),
    [['kind', ''], ['args', {}], ['agent', ''], ['wait', 0]])
  const cases: Array<[JsonSchema, object]> = [
    [{}, {}],
    [{ default: { a: 1 } }, { a: 1 }],
    [{ default: 7 }, {}],
    [{ default: [1] }, {}],
    [{ default: null, properties: { a: { default: 1 } } }, {}],
    [{ properties: { a: { default: null }, b: { default: false }, c: {}, d: true, e: null } }, { a: null, b: false }],
    [
      {
        default: { a: 1, o: { x: 1 } },
        properties: { a: { default: 2 }, b: { default: 3 }, o: { properties: { y: { default: 2 } } } }
      },
      { a: 1, b: 3, o: { x: 1, y: 2 } }
    ],
    [{ properties: { o: { type: 'object', properties: { x: { default: 1 }, y: {} } }, p: { properties: { x: {} } } } }, { o: { x: 1 } }],
    [{ properties: { o: { required: ['y'], properties: { x: { default: 1 }, y: {} } } } }, {}],
    [{ properties: { o: { default: {}, required: ['y'], properties: { x: { default: 1 } } } } }, { o: { x: 1 } }],
    [{ required: ['y'], properties: { x: { default: 1 }, y: { type: 'string' } } }, { x: 1 }],
    [{ properties: [{ default: 1 }] }, {}],
    [{ properties: { valueOf: { default: 1 }, toLocaleString: { type: 'string' } } }, { valueOf: 1 }]
  ]
  for (const [schema, expected] of cases) t.strictSame(defaultArgs(schema), expected, JSON.stringify(schema))
})

t.test('default options hold nothing that ActiveWorkflow cannot read, and no prototype', async t => {
  const deep = JSON.parse(`${'['.repeat(90)}${']'.repeat(90)}`) as JsonValue
  const nest = (levels: number): JsonSchema => levels === 0 ? { default: 1 } : { properties: { o: nest(levels - 1) } }

  const proto = JSON.parse('{"properties":{"__proto__":{"default":1},"a":{"default":{"__proto__":{"b":1}}},"c":{"default":1}}}') as JsonSchema

  t.strictSame(defaultArgs({ properties: { deep: { default: deep }, half: { default: '\ud800' }, list: { default: ['\udc00'] }, '\ud800': { default: 1 }, whole: { default: '😀' } } }), { whole: '😀' })
  t.strictSame(defaultArgs(nest(3)), { o: { o: { o: 1 } } })
  t.strictSame(defaultArgs(nest(5000)), {}, 'a schema without end is not followed to its end')
  t.equal(JSON.stringify(defaultArgs(proto)), '{"c":1}')
})

t.test('default options share nothing with the schema', async t => {
  const args = { default: { list: [{ a: 1 }] }, properties: { o: { default: { p: [1] } } } }
  const before = JSON.stringify(args)

  const proposed = defaultArgs(args) as { list: Array<{ a: number }>, o: { p: number[] } }
  proposed.list[0]!.a = 2
  proposed.o.p.push(2)

  t.equal(JSON.stringify(args), before)
})

t.test('a registration is the same value once it was sent as JSON', async t => {
  for (const registration of [registrationOfAll(kinds), ...kinds.map(kind => registrationOfKind(kind, 'Name'))]) {
    t.strictSame(JSON.parse(JSON.stringify(registration)), registration)
    t.strictSame(Object.keys(registration), ['name', 'display_name', 'description', 'default_options'])
  }
})

t.test('the type of the whole registry lists every kind', async t => {
  const { name, display_name: displayName, description } = registrationOfAll(kinds)

  t.strictSame([name, displayName], ['Steward', 'Steward'])
  t.match(description, /^Carries out actions of every kind that this agent knows, .*\.\n\n/)
  for (const { kind } of kinds) t.match(description, `\n| \`${kind}\` | `)
  t.match(description, '\n| `kind` | ')
})

t.test('the description of test.ping', async t => {
  t.equal(registrationOfKind(ping, 'Name').display_name, 'Steward: agent.replicante.io/test.ping')
  t.equal(registrationOfKind(ping, 'Name').description, `Answer with one "Pong at &lt;date&gt;" for each step asked for.

## Arguments

| Name | Value | Required | Default | Description |
| --- | --- | --- | --- | --- |
| \`count\` | integer, 1 to 1000 | no | \`1\` | How many steps to take. |

As a JSON Schema:

~~~ json
${JSON.stringify(ping.args, null, 2)}
~~~

## Example

Options:

~~~ json
{
  "args": {
    "count": 3
  },
  "agent": "",
  "wait": 10
}
~~~

Or a message, whose \`args\` are merged over those of the options:

~~~ json
{
  "args": {
    "count": 3
  }
}
~~~

## Options

| Option | What it does |
| --- | --- |
| \`args\` | Arguments of the action; message fields are merged over it. |
| \`args_from_message\` | \`args\` (default): the message's field \`args\` is merged over \`args\`; \`payload\`: the whole message is; \`none\`: the message only triggers. |
| \`agent\` | A name for this agent: checks emit the outcomes of the actions scheduled under it. Empty: those of the actions scheduled with exactly these options. |
| \`wait\` | Seconds (0 to 50) to wait for the outcome before answering. 0: answer at once with the id. |
| \`dedupe\` | \`false\`: schedule again even when the same message comes twice. |
| \`on_check\` | \`true\`: each scheduled run schedules this action instead of emitting outcomes. |

## Messages

Each message that comes schedules an action and emits one message about it. Each scheduled run emits one message for each action that has finished since the last. Their fields are \`action_id\`, \`kind\`, \`state\`, \`state_payload\`, \`error\`, \`created_ts\`, \`scheduled_ts\`, \`finished_ts\`, \`message_id\`, \`source_agent_id\`.

The same outcome can come more than once, after a call that failed or a wait: \`action_id\` tells.

## Templates

ActiveWorkflow sends templates (\`{{ }}\`, \`{% %}\`) in options as they are, so they are not resolved.`)
})

t.test('the table says in words what each argument may be', async t => {
  const description = descriptionOf('x', {
    required: ['a'],
    properties: {
      a: { type: 'string', format: 'uri', minLength: 1, maxLength: 9 },
      b: { enum: ['x', null, 2] },
      c: { const: 'only' },
      d: { type: ['integer', 'null'], minimum: 0 },
      e: { type: 'array', maxItems: 3 },
      f: { oneOf: [{ type: 'string' }] },
      g: true,
      h: false,
      i: { enum: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }
    }
  })
  const row = (name: string): string | undefined => description.split('\n').find(line => line.startsWith(`| \`${name}\` |`))

  t.equal(row('a'), '| `a` | string (uri), 1 to 9 characters | yes |  |  |')
  t.equal(row('b'), '| `b` | `"x"`, `null`, `2` | no |  |  |')
  t.equal(row('c'), '| `c` | `"only"` | no |  |  |')
  t.equal(row('d'), '| `d` | integer, at least 0 or null | no |  |  |')
  t.equal(row('e'), '| `e` | array, at most 3 items | no |  |  |')
  t.equal(row('f'), '| `f` | any | no |  |  |')
  t.equal(row('g'), '| `g` | any | no |  |  |')
  t.equal(row('h'), '| `h` | never | no |  |  |')
  t.match(row('i'), /`10`, … \|/)
})

t.test('a kind without a summary, and one without a schema, are described all the same', async t => {
  t.match(descriptionOf(' \n'), /^Schedules the action `x\/y`\.\n\n## Arguments\n\nAny are taken\.\n\n## Example\n/)
  t.notMatch(descriptionOf('x', { type: 'object', properties: {}, additionalProperties: false }), /\| Name \|/)
})

/** Texts that are markup to kramdown, ActiveWorkflow's renderer, or to CommonMark. */
const hostile = [
  '<script>alert(1)</script>', 'a | b', '`x', '``a`` ` b', '{: onclick="alert(1)"}', '*x*{: onclick="alert(1)"}', '`x`{:.y}',
  '{::nomarkdown}<b>{:/}', '{::comment}', '{:toc}', '[x](javascript:alert(1))', '![x](y)', '*[HTML]: y', '[^1]: foot',
  '*a* _b_ **c** ~~d~~ $$e$$', '# h', '- l', '+ p', '1. one', '1) x', ': d', '> q', '===', '---', '&lt;b&gt;', '\\<b>', 'a\\',
  'a\n\n# b\n{: x="y"}', '~~~\nx\n~~~', '```\nx\n```', '<!-- x', '|', '--force', 'a\u2028# b', 'a\r# b', '\u0000<b>', '10^3'
]

/** What stands between the blocks of JSON and beside the code spans: all that can be markup. */
function prose (markdown: string): string {
  return markdown.replace(/^(~{3,}) json\n.*?\n\1$/gms, '(json)').replace(/`[^`|<>&\\\n]+`/g, '(code)')
}

function decoded (markdown: string): string {
  return markdown.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function hostileKind (text: string) {
  const property = { type: 'string', description: text, format: text, default: text }
  const properties = { [text]: property, b: { enum: [text], description: text } }
  const args = { description: text, required: [text], properties }
  return { kind: 'x/y', summary: text, args, example: { [text]: text } }
}

t.test('texts of kinds are shown as they are, and are no markup', async t => {
  const harmless = hostileKind('harmless')
  const shapeOf = (markdown: string): string[] => prose(markdown).split('\n').map(line => line.replace(/[^|\n]/g, ''))
  for (const text of hostile) {
    const kind = hostileKind(text)
    const own = registrationOfKind(kind, 'Name').description
    const all = registrationOfAll([kind]).description
    const [first = ''] = own.split('\n')

    t.equal(decoded(first), text.replace(/[\s\p{Cc}]+/gu, ' ').trim(), 'its text is the same')
    t.strictSame(shapeOf(own), shapeOf(registrationOfKind(harmless, 'Name').description), 'as many lines and cells as ever')
    t.strictSame(shapeOf(all), shapeOf(registrationOfAll([harmless]).description))
    t.notMatch(prose(own).replace(/^## /gm, ''), /[#$*<>[\\\]^_`{}~](?!\d+;)|&(?!#\d+;|lt;|gt;|amp;)/)
    t.notMatch(first, /^([-+:=>|#]|\d+[.)]|\s)|--/)
  }
})

t.test('a fence is longer than any run of tildes in it', async t => {
  const description = descriptionOf('x', { description: `${'~'.repeat(7)}`, properties: {} })
  t.match(description, /\n~{8} json\n\{[^{}]*~{7}[^~{}]*\{\}\n\}\n~{8}\n/)
})

t.test('half of a surrogate pair is replaced: ActiveWorkflow would not start', async t => {
  const lone = '\ud83d'
  const { description } = registrationOfKind(hostileKind(`a${lone}`), 'Name')

  t.notMatch(description, /\p{Surrogate}/u)
  t.match(description, /^a\uFFFD\n/)
  for (const start of ['', 'a']) {
    t.notMatch(descriptionOf(start + '😀'.repeat(1000)), /[\p{Surrogate}\uFFFD]/u, 'a cut makes none')
  }
})

t.test('a schema that is too long is left out first, and this is said', async t => {
  const properties = { a: { type: 'string', description: 'x'.repeat(longest) }, b: { type: 'integer' } }
  const description = descriptionOf('x', { properties })

  t.match(description, 'The JSON Schema is too long to be shown here; the API has it, at `/api/v1/kinds/x%2Fy`.')
  t.match(description, '\n| `b` | integer | no |  |  |\n')
  t.notMatch(description, 'left out')
})

t.test('then rows are left out, from the end, and their number is told', async t => {
  const properties = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`p${index}`, { type: 'integer' }]))
  const many = Array.from({ length: 3000 }, (_, index) => ({ ...ping, kind: `x/k${index}` }))
  for (const description of [descriptionOf('x', { properties }), registrationOfAll(many).description]) {
    const shown = description.match(/^\| `(p|x\/k)\d+` \| .* \|$/gm)?.length ?? 0

    t.ok(shown > 50, 'many are shown')
    t.match(description, `\n\n${3000 - shown} more are left out here: the list is too long.\n\n`)
    t.ok(description.length <= longest && description.length > longest - 200, 'and the room is used')
    t.match(description, '\n## Templates\n', 'what comes behind is there')
  }
})

t.test('no kind makes a description that is too long', async t => {
  for (const piece of ['|', '`', '<', 'x', '~', '\ud800', '"', '- ']) {
    const text = piece.repeat(longest)
    const properties = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}${text}`, hostileKind(text).args.properties[text]]))
    const kind = { ...hostileKind(text), args: { properties } }

    t.ok(registrationOfKind(kind, 'Name').description.length <= longest)
    t.ok(registrationOfAll(Array(100).fill(kind)).description.length <= longest)
    t.match(registrationOfKind(kind, 'Name').description, '## Example\n\nIt is too long to be shown here.\n\n')
  }
})
