import { beginning, type JsonObject, type JsonValue } from '../../domain/json.js'
import { Problem, type Violation } from '../../domain/problem.js'

/** The options that are used. */
export const optionNames = ['kind', 'args', 'args_from_message', 'agent', 'wait', 'dedupe', 'on_check'] as const

/** An option that is used. */
export type OptionName = typeof optionNames[number]

/** Which part of a message becomes arguments. */
export type ArgsSource = 'args' | 'payload' | 'none'

/** What the options of an ActiveWorkflow agent say. */
export interface Settings {
  /** Null: the message names it. */
  readonly kind: string | null
  readonly args: JsonValue | undefined
  readonly argsFrom: ArgsSource
  /** The name under which outcomes are collected; null: the options stand for it. */
  readonly agent: string | null
  /** Milliseconds to wait for the outcome. */
  readonly waitMs: number
  readonly dedupe: boolean
  readonly onCheck: boolean
  /** Sentences for the agent's log: what was not taken as it was said. */
  readonly notes: readonly string[]
}

/** Seconds: the caller gives up when it has heard nothing for 60. */
export const longestWait = 50

const longestName = 200
const argsSources: readonly ArgsSource[] = ['args', 'payload', 'none']

/**
 * Reads the options. People write them by hand: null and an empty text count as absent, and texts are taken for the
 * numbers and booleans that they show.
 * @throws Problem `invalid-request` with pointers into the request
 */
export function readSettings (options: JsonObject): Settings {
  const errors: Violation[] = []
  const read = <T>(name: OptionName, reader: Reader<T>, fallback: T): T => {
    const value = options[name]
    if (value === undefined || value === null || value === '') return fallback
    const found = reader.read(value)
    if (found === null) errors.push({ pointer: `/params/options/${name}`, detail: `must be ${reader.allowed}` })
    return found ?? fallback
  }

  const wait = read('wait', seconds, 0)
  const settings: Settings = {
    kind: read('kind', name, null),
    args: options['args'] ?? undefined,
    argsFrom: read('args_from_message', argsSource, 'args'),
    agent: read('agent', name, null),
    waitMs: Math.min(wait, longestWait) * 1000,
    dedupe: read('dedupe', boolean, true),
    onCheck: read('on_check', boolean, false),
    notes: [...wait > longestWait ? [`wait is ${wait}, but ActiveWorkflow waits no longer than a minute: ${longestWait} seconds are waited.`] : [],
      ...unknownOptions(options)]
  }
  if (errors.length > 0) throw new Problem('invalid-request', { errors })
  return settings
}

/** Takes one option; null when the value is not what is allowed. */
interface Reader<T> {
  readonly allowed: string
  readonly read: (value: JsonValue) => T | null
}

const name: Reader<string | null> = {
  allowed: `a text of at most ${longestName} printable characters`,
  read: value => typeof value === 'string' && value.length <= longestName && !/\p{Cc}|\p{Surrogate}/u.test(value) ? value : null
}

const seconds: Reader<number> = {
  allowed: 'a number of seconds, 0 or more',
  read: value => {
    const number = typeof value === 'string' && /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : value
    return typeof number === 'number' && number >= 0 ? number : null
  }
}

const boolean: Reader<boolean> = {
  allowed: 'true or false',
  read: value => typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : null
}

const argsSource: Reader<ArgsSource> = {
  allowed: `one of ${argsSources.map(each => `"${each}"`).join(', ')}`,
  read: value => argsSources.find(each => each === value) ?? null
}

const mostNamed = 10

/** Most of these are slips of the pen, so they are told; few, since they are told with each call. */
function unknownOptions (options: JsonObject): string[] {
  const names = Object.keys(options).filter(option => !optionNames.some(known => known === option))
  if (names.length === 0) return []
  const shown = names.slice(0, mostNamed).map(option => JSON.stringify(beginning(option, 100))).join(', ')
  return [`Options that are not known are not used: ${shown}${names.length > mostNamed ? ' and others' : ''}.`]
}
