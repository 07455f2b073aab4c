import type { JsonObject } from '../../domain/json.js'
import type { KindDescription } from '../../domain/ports/scheduler.js'
import { argumentHead, argumentRows } from './argument-rows.js'
import { defaultArgs } from './defaults.js'
import { code, jsonBlock, plainText, table } from './markdown.js'
import { exampleSection, usageSections } from './usage.js'
import { wholeRegistryType } from './types.js'

/** What `register` answers: an agent type, as ActiveWorkflow shows it to its users. */
export interface Registration {
  /** The class name. */
  readonly name: string
  readonly display_name: string
  /** Markdown; its first paragraph is what the card of the type shows. At most 20,000 characters. */
  readonly description: string
  /** What the options of a new agent begin with. */
  readonly default_options: JsonObject
}

/** What a kind is described by. */
export type DescribedKind = Pick<KindDescription, 'kind' | 'summary' | 'args' | 'example'>

/** Characters of a whole description. */
const longest = 20_000
const longestSummary = 500

/** The agent type of one kind; `name` is its class name. */
export function registrationOfKind ({ kind, summary, args, example }: DescribedKind, name: string): Registration {
  const first = plainText(summary, longestSummary) || `Schedules the action ${code(kind)}.`
  return {
    name,
    display_name: `${wholeRegistryType}: ${kind}`,
    description: assembled({
      before: [first],
      bounded: room => argumentsSection({ kind, args }, room),
      after: [exampleSection({ args: example, agent: '', wait: 10 }), ...usageSections({ allKinds: false })]
    }),
    default_options: { args: defaultArgs(args), agent: '', wait: 0 }
  }
}

/** The agent type of the whole registry. */
export function registrationOfAll (kinds: readonly DescribedKind[]): Registration {
  return {
    name: wholeRegistryType,
    display_name: wholeRegistryType,
    description: assembled({
      before: ['Carries out actions of every kind that this agent knows, in order and one at a time.'],
      bounded: room => kindsSection(kinds, room),
      after: [
        exampleSection({ kind: 'agent.replicante.io/test.ping', args: { count: 3 }, agent: '', wait: 10 }),
        ...usageSections({ allKinds: true })
      ]
    }),
    default_options: { kind: '', args: {}, agent: '', wait: 0 }
  }
}

interface Parts {
  readonly before: readonly string[]
  /** The part that can be long; it is told how many characters it may have. */
  readonly bounded: (room: number) => string
  readonly after: readonly string[]
}

const between = '\n\n'

function assembled ({ before, bounded, after }: Parts): string {
  const rest = [...before, '', ...after].join(between).length
  return [...before, bounded(longest - rest), ...after].join(between)
}

function kindsSection (kinds: readonly DescribedKind[], room: number): string {
  const title = `## Kinds${between}`
  const rows = kinds.map(({ kind, summary }) => [code(kind), plainText(summary)])
  return title + table({ head: ['Kind', 'What it does'], rows, room: room - title.length })
}

function argumentsSection ({ kind, args }: Pick<DescribedKind, 'kind' | 'args'>, room: number): string {
  const title = '## Arguments'
  if (Object.keys(args).length === 0) return [title, 'Any are taken.'].join(between)
  const rows = argumentRows(args)
  const tables = (room?: number): string[] => rows.length === 0 ? [] : [table({ head: argumentHead, rows, room })]
  const whole = [title, ...tables(), 'As a JSON Schema:', jsonBlock(args)].join(between)
  if (whole.length <= room) return whole
  const path = code(`/api/v1/kinds/${encodeURIComponent(kind)}`)
  const note = `The JSON Schema is too long to be shown here; the API has it, at ${path}.`
  const rest = [title, '', note].join(between).length
  return [title, ...tables(room - rest), note].join(between)
}
