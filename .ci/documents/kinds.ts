import { loadConfig } from '../../src/config/load.js'
import { systemClock as clock } from '../../src/domain/clock.js'
import { isJsonObject, type JsonSchema } from '../../src/domain/json.js'
import type { ActionKind } from '../../src/domain/kind.js'
import { silentLogger as log } from '../../src/domain/log.js'
import type { CommandRunner } from '../../src/domain/ports/process.js'
import type { Supervisor } from '../../src/domain/ports/supervisor.js'
import { createDriver } from '../../src/drivers.js'
import { builtInKinds } from '../../src/kinds/index.js'
import { serviceKinds } from '../../src/kinds/service.js'
import { jsonBlock, prose, table } from './markdown.js'
import { inWords, type Schema } from './schema-words.js'

/** Kinds that an agent has under the same condition. */
interface Group {
  readonly title: string
  readonly condition: string
  readonly kinds: readonly ActionKind[]
}

/** Nothing is run while documents are made. */
const never = async (): Promise<never> => { throw new Error('documents run nothing') }
const run: CommandRunner = { run: never }
const supervisor: Supervisor = { service: 'the service', pid: never, start: never, stop: never }

/** Each driver with what makes it bring all of its kinds, and the page that tells of it. */
const drivers = [
  { title: 'SQLite', page: null, flags: { 'datastore.kind': 'sqlite' } },
  {
    title: 'PostgreSQL',
    page: 'postgresql.md',
    flags: { 'datastore.kind': 'postgresql', 'datastore.postgresql.data_dir': '/srv/postgresql/data' }
  },
  { title: 'Redis', page: 'redis.md', flags: { 'datastore.kind': 'redis' } },
  { title: 'ZooKeeper', page: 'zookeeper.md', flags: { 'datastore.kind': 'zookeeper' } }
]

/** The parts of docs/kinds.md: a list of all kinds, and what each takes. */
export async function renderKinds (): Promise<{ readonly overview: string, readonly kinds: string }> {
  const groups = await everyGroup()
  return {
    overview: table(['kind', 'what it does', 'where'], groups.flatMap(({ title, kinds }) => kinds.map(({ kind, summary }) =>
      [`[\`${kind}\`](#${anchorOf(kind, title)})`, prose(summary), title]))),
    kinds: groups.filter(({ kinds }) => kinds.length > 0).map(({ title, condition, kinds }) =>
      `## ${title}\n\n${condition}\n\n${kinds.map(kind => renderKind(kind, title)).join('\n')}`).join('\n')
  }
}

async function everyGroup (): Promise<Group[]> {
  const ofDrivers = await Promise.all(drivers.map(async ({ title, page, flags }): Promise<Group> => {
    const { kinds, stop } = await createDriver(loadConfig({ env: {}, flags }).config, { clock, log, run, supervisor })
    const more = page === null ? '' : ` What they do, and what they need, is in [${page}](${page}).`
    return {
      title,
      condition: `With \`datastore.kind\` \`${flags['datastore.kind']}\`.${more}`,
      kinds: [...kinds, ...stop === null ? [] : [stop]]
    }
  }))
  return [
    { title: 'Every agent', condition: 'For trying and for tests: they touch nothing.', kinds: builtInKinds({ clock }) },
    ...ofDrivers,
    {
      title: 'Service',
      condition: 'With a `service.supervisor`: see [services.md](services.md). The arguments of the stage `graceful` are those of ' +
        '`replicante.io/store.stop` of the datastore; here there is none.',
      kinds: serviceKinds({ supervisor, stop: null })
    }
  ]
}

/** The same kind may come with several drivers, each with arguments of its own: the heading says which. */
function headingOf (kind: string, title: string): string {
  return kind === 'replicante.io/store.stop' ? `${kind} (${title})` : kind
}

function anchorOf (kind: string, title: string): string {
  return headingOf(kind, title).toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-')
}

function renderKind ({ kind, summary, args, example, timeoutMs, onInterrupt }: ActionKind, title: string): string {
  const parts = [
    `### ${headingOf(kind, title)}\n`,
    `${prose(summary)}\n`,
    `${limitInWords(timeoutMs)} ${interruptions[onInterrupt]}\n`,
    renderArgs(args),
    ...example === undefined ? [] : [`For example:\n\n${jsonBlock({ kind, args: example })}`]
  ]
  return parts.join('\n')
}

function limitInWords (timeoutMs: number | null): string {
  if (timeoutMs === null) return 'No time limit of its own.'
  const seconds = timeoutMs / 1000
  return seconds % 60 === 0 && seconds >= 120 ? `At most ${seconds / 60} minutes.` : `At most ${seconds} s.`
}

const interruptions = {
  resume: 'After an interruption it **goes on**.',
  fail: 'After an interruption it is **FAILED**.'
}

function renderArgs (args: JsonSchema): string {
  const { properties = {}, required = [] } = args as Schema
  const rows = Object.entries(properties).map(([name, schema]) => [
    `\`${name}\`${required.includes(name) ? ' (required)' : ''}`,
    prose(schema.description ?? ''),
    inWords(schema),
    schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``
  ])
  const closed = rows.length === 0 ? 'It takes no arguments.\n' : table(['argument', 'what it is', 'value', 'default'], rows)
  if (!isNested(args)) return closed
  return `${closed}\n<details><summary>The whole schema</summary>\n\n${jsonBlock(args)}\n</details>\n`
}

/** True where a table of the properties does not tell everything. */
function isNested ({ properties, ...rest }: JsonSchema): boolean {
  const whole = ['type', 'additionalProperties', 'required', 'description', 'properties']
  if (Object.keys(rest).some(key => !whole.includes(key))) return true
  return isJsonObject(properties) && Object.values(properties).some(value =>
    isJsonObject(value) && ['properties', 'items', 'oneOf', 'anyOf', 'pattern', 'propertyNames'].some(key => key in value))
}
