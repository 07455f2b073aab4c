/**
 * Decodes answers the way a strict Rust client would: every field there, none besides, each of its type. Each decoder
 * throws with the path of what is wrong.
 */
export type Decoder = (value: unknown, path: string) => void

function wrong (path: string, wanted: string, value: unknown): never {
  throw new Error(`${path}: wanted ${wanted}, got ${JSON.stringify(value)}`)
}

export const text: Decoder = (value, path) => { if (typeof value !== 'string') wrong(path, 'a text', value) }
export const anything: Decoder = (value, path) => { if (value === undefined) wrong(path, 'a value', value) }
export const uuid: Decoder = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID')
export const utc: Decoder = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'a date in UTC')

function matching (pattern: RegExp, wanted: string): Decoder {
  return (value, path) => { if (typeof value !== 'string' || !pattern.test(value)) wrong(path, wanted, value) }
}

export function oneOf (...words: string[]): Decoder {
  return (value, path) => { if (!words.includes(value as string)) wrong(path, words.join(' or '), value) }
}

export function nullable (decode: Decoder): Decoder {
  return (value, path) => { if (value !== null) decode(value, path) }
}

export function list (decode: Decoder): Decoder {
  return (value, path) => {
    if (!Array.isArray(value)) wrong(path, 'a list', value)
    value.forEach((item, index) => { decode(item, `${path}[${index}]`) })
  }
}

export function map (decode: Decoder): Decoder {
  return (value, path) => {
    for (const [key, item] of Object.entries(fields(value, path))) decode(item, `${path}.${key}`)
  }
}

export function struct (shape: Record<string, Decoder>): Decoder {
  return (value, path) => {
    const given = fields(value, path)
    for (const key of Object.keys(given)) if (!(key in shape)) wrong(`${path}.${key}`, 'no such field', given[key])
    for (const [key, decode] of Object.entries(shape)) decode(given[key], `${path}.${key}`)
  }
}

function fields (value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(path, 'an object', value)
  return value as Record<string, unknown>
}

const state = oneOf('NEW', 'RUNNING', 'DONE', 'FAILED')
const action = struct({
  args: anything,
  created_ts: utc,
  finished_ts: nullable(utc),
  headers: map(text),
  id: uuid,
  kind: text,
  requester: oneOf('AGENT_API', 'CORE_API', 'CORE_PLAYBOOK', 'CORE_DECLARATIVE'),
  scheduled_ts: utc,
  state,
  state_payload: anything
})

/** The models of the dialect. */
export const models = {
  agent: struct({ version: struct({ number: text, checkout: text, taint: oneOf('not tainted', 'tainted') }) }),
  datastore: struct({
    cluster_display_name: nullable(text), cluster_id: text, kind: text, node_id: text, id: text, version: text
  }),
  list: list(struct({ id: uuid, kind: text, state })),
  actionInfo: struct({
    action, history: list(struct({ action_id: uuid, timestamp: utc, state, state_payload: anything }))
  }),
  scheduled: struct({ id: uuid }),
  error: struct({ error: text, layers: list(text), trace: nullable(text), variant: nullable(text) })
}

/** True when the JSON is exactly what the model says; throws otherwise. */
export function decodes (model: Decoder, json: string): boolean {
  model(JSON.parse(json), '$')
  return true
}
