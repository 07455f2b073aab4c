import { isUtf8 } from 'node:buffer'
import type { JsonValue } from '../../src/domain/json.js'
import { isCarried, type Oracle } from './oracle.js'
import { wholeCharacters, type Plan } from './requests.js'
import type { Outgoing } from './send.js'
import type { Told } from './told.js'

/** A request that is ready to go out, and what has to come of it. */
export interface Prepared {
  readonly plan: Plan
  readonly outgoing: Outgoing
  /** Why it must be refused, in words; null where it may be taken. */
  readonly wrong: string | null
}

/** Makes a request of a plan, with what was told in the place of its marks. */
export function prepare (plan: Plan, told: Told, oracle: Oracle): Prepared {
  const { operation, path, body } = plan
  const query = plan.query.map(([name, value]) => [name, told.put(value)] as const)
  const search = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(wholeCharacters(value))}`).join('&')
  const filled = told.put(operation.path.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? ''))
  const bytes = body === null ? null : 'text' in body ? Buffer.from(told.put(body.text)) : Buffer.from(body.bytes)
  const headers = Object.fromEntries(Object.entries(plan.headers).map(([name, value]) => [name, told.put(value)]))
  return {
    plan,
    outgoing: { method: operation.method, path: search === '' ? filled : `${filled}?${search}`, headers, body: bytes },
    wrong: wrongQuery({ plan, query, oracle }) ?? (operation.method === 'POST' ? wrongType(headers) ?? wrongBody({ plan, bytes, oracle }) : null)
  }
}

/** Whose bodies may hold what a strict reader refuses, as long as it is in no part that is used. */
const carriesAnything = 'activeworkflow.json'

/** Of our own API alone: other protocols do not look at parameters that they do not know. */
const own = 'steward.v1.json'

interface Queried {
  readonly plan: Plan
  readonly query: readonly (readonly [string, string])[]
  readonly oracle: Oracle
}

function wrongQuery ({ plan: { operation }, query, oracle }: Queried): string | null {
  if (operation.document !== own) return null
  for (const { name } of operation.parameters) {
    const given = query.filter(([other]) => other === name).map(([, text]) => wholeCharacters(text))
    if (given.length === 0) continue
    const trouble = oracle.parameter(operation, name, given.length === 1 ? given[0] ?? '' : given)
    if (trouble !== null) return `the query does not fit: ${trouble}`
  }
  return null
}

function wrongType (headers: Readonly<Record<string, string>>): string | null {
  const type = (headers['content-type'] ?? '').toLowerCase()
  return type.startsWith('application/json') ? null : `the content type is "${type}"`
}

interface Sent {
  readonly plan: Plan
  readonly bytes: Buffer | null
  readonly oracle: Oracle
}

function wrongBody ({ plan: { operation }, bytes, oracle }: Sent): string | null {
  if (bytes === null || bytes.length === 0) return operation.body?.required === true ? 'there is no body' : null
  let value: JsonValue
  try {
    if (!isUtf8(bytes)) return 'the body is not UTF-8'
    value = JSON.parse(bytes.toString()) as JsonValue
  } catch {
    return 'the body is not JSON'
  }
  if (operation.document !== carriesAnything && !isCarried(value)) return 'the body cannot be given back as it is'
  const trouble = oracle.request(operation, value)
  return trouble === null ? null : `the body does not fit: ${trouble}`
}
