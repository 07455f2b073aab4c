import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.js'

/** An exception of the real client: the call has failed, and is made again. */
export class ClientFailure extends Error {
  constructor (name: string, message: string) {
    super(message)
    this.name = name
  }
}

/** One line of an agent's log. */
export interface LogEntry {
  readonly level: 'info' | 'error'
  readonly text: string
}

/** What an agent has in ActiveWorkflow's database. */
export interface AgentRecord {
  memory: JsonObject
  readonly messages: JsonObject[]
  log: LogEntry[]
}

/** Levels of nesting that Ruby's JSON parser takes. */
const deepest = 100
const longestLog = 10_000
const keptLogs = 200

/**
 * The result in a body, whatever its status was.
 * @throws ClientFailure where the real client fails
 */
export function readResult (body: string): JsonObject {
  const answer = parse(body)
  if (Array.isArray(answer)) throw new ClientFailure('TypeError', 'no implicit conversion of String into Integer')
  if (!isJsonObject(answer)) throw new ClientFailure('NoMethodError', 'undefined method `fetch\'')
  const { result } = answer
  if (result === undefined) throw new ClientFailure('KeyError', 'key not found: "result"')
  if (Array.isArray(result)) throw new ClientFailure('TypeError', 'no implicit conversion of String into Integer')
  if (!isJsonObject(result)) throw new ClientFailure('NoMethodError', 'undefined method `key?\'')
  return result
}

function parse (body: string): JsonValue {
  let value: JsonValue
  try {
    value = JSON.parse(body) as JsonValue
  } catch {
    throw new ClientFailure('JSON::ParserError', `unexpected token at '${body.slice(0, 100)}'`)
  }
  if (!isWithin(value, deepest)) throw new ClientFailure('JSON::NestingError', `nesting of ${deepest + 1} is too deep`)
  // The real one fails at some of these alone; an agent that is to be read has none.
  if (/\p{Surrogate}/u.test(body) || hasLoneEscape(value)) throw new ClientFailure('JSON::ParserError', 'incomplete surrogate pair')
  return value
}

function isWithin (value: JsonValue, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true
  return levels > 0 && Object.values(value).every(part => isWithin(part, levels - 1))
}

function hasLoneEscape (value: JsonValue): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value)
  if (value === null || typeof value !== 'object') return false
  return Object.entries(value).some(([key, part]) => hasLoneEscape(key) || hasLoneEscape(part))
}

/**
 * Applies a result: errors, logs, memory, messages, then the save. What was applied before a failure stays, but for the
 * memory, which is written by the save alone.
 * @throws ClientFailure where the real client fails
 */
export function applyResult (agent: AgentRecord, result: JsonObject): void {
  for (const [key, level] of [['errors', 'error'], ['logs', 'info']] as const) {
    if (result[key] === undefined) continue
    for (const item of itemsOf(result[key])) agent.log = [...agent.log, { level, text: logText(item) }].slice(-keptLogs)
  }
  if (result['messages'] !== undefined) for (const item of itemsOf(result['messages'])) agent.messages.push(payloadOf(item))
  if (result['memory'] !== undefined) agent.memory = memoryOf(result['memory'])
}

/** What `each` goes over: of an object, its pairs. */
function itemsOf (value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value
  if (isJsonObject(value)) return Object.entries(value)
  throw new ClientFailure('NoMethodError', 'undefined method `each\'')
}

function logText (item: JsonValue): string {
  const text = typeof item === 'string' ? item : item === null ? '' : typeof item === 'boolean' ? String(item).charAt(0) : inspect(item)
  if (text.trim() === '') throw new ClientFailure('ActiveRecord::RecordInvalid', 'Message can\'t be blank')
  return text.slice(0, longestLog)
}

/** A value as Ruby shows it. */
function inspect (value: JsonValue): string {
  if (value === null) return 'nil'
  if (Array.isArray(value)) return `[${value.map(inspect).join(', ')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  return `{${Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}=>${inspect(part)}`).join(', ')}}`
}

function payloadOf (item: JsonValue): JsonObject {
  if (isJsonObject(item)) return item
  if (item === '') return {}
  const parsed = typeof item === 'string' ? parsedText(item) : undefined
  if (isJsonObject(parsed)) return parsed
  throw new ClientFailure('ActiveRecord::RecordInvalid', 'Payload cannot be set to an instance of another class')
}

function memoryOf (memory: JsonValue): JsonObject {
  if (isJsonObject(memory)) return memory
  const parsed = memory === '' ? {} : typeof memory === 'string' ? parsedText(memory) : undefined
  if (isJsonObject(parsed)) return parsed
  if (typeof memory === 'string' && parsed !== undefined) return {}
  throw new ClientFailure('ActiveRecord::RecordInvalid', 'Memory cannot be set to an instance of another class')
}

function parsedText (text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
