import { isUtf8 } from 'node:buffer'
import type { JsonSchema, JsonValue } from '../../src/domain/json.js'
import type { Media, Operation } from './documents.js'
import { isCarried, type Oracle } from './oracle.js'
import type { Incoming } from './send.js'

/** What an answer breaks of what its document promises, in words; empty when it is as it must be. */
export function faultsOfAnswer (operation: Operation, answer: Incoming, oracle: Oracle): string[] {
  const { status } = answer
  if (status >= 500) return [`it is ${status}`]
  const media = operation.responses.get(status)
  if (media === undefined) return [`the document knows no ${status} here`]
  const faults = media.size === 0 ? faultsOfNothing(answer) : faultsOfBody(operation, { answer, media, oracle })
  return [...faultsOfLength(answer), ...faults]
}

function faultsOfLength ({ headers, body }: Incoming): string[] {
  const { 'content-length': length } = headers
  return length === undefined || Number(length) === body.length ? [] : [`the content-length is ${length}, and ${body.length} bytes came`]
}

function faultsOfNothing ({ body, headers }: Incoming): string[] {
  return [
    ...body.length === 0 ? [] : ['it has a body, and the document knows none'],
    ...headers['content-type'] === undefined ? [] : [`it has the content type ${headers['content-type']}, and no body`]
  ]
}

interface Answered {
  readonly answer: Incoming
  readonly media: Media
  readonly oracle: Oracle
}

function faultsOfBody (operation: Operation, { answer: { headers, body }, media, oracle }: Answered): string[] {
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  const schema = media.get(type)
  if (schema === undefined) return [`it is of the type "${type}", and the document knows ${[...media.keys()].join(', ')}`]
  if (!isUtf8(body)) return ['it is not UTF-8']
  if (type === 'text/event-stream') return faultsOfEvents(body.toString())
  if (!type.endsWith('json')) return []
  return faultsOfJson(operation, { text: body.toString(), schema, oracle })
}

interface JsonText {
  readonly text: string
  readonly schema: JsonSchema
  readonly oracle: Oracle
}

function faultsOfJson (operation: Operation, { text, schema, oracle }: JsonText): string[] {
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch {
    return ['it is not JSON']
  }
  const trouble = oracle.response(operation, schema, value)
  return [
    ...trouble === null ? [] : [`it does not fit the document: ${trouble}`],
    // Parsers in Ruby and Rust, which the clients of our protocols have, refuse all of such an answer.
    ...isCarried(value) ? [] : ['it holds half of a surrogate pair, or is nested too deep']
  ]
}

/** Each block of lines is a comment or an event whose data is JSON (HTML, section 9.2); the last may be on its way. */
function faultsOfEvents (text: string): string[] {
  return text.split('\n\n').slice(0, -1).flatMap(block => block.split('\n')).flatMap(line => {
    if (line === '' || line.startsWith(':')) return []
    const [, field, value = ''] = /^(event|id|data): (.*)$/.exec(line) ?? []
    if (field === undefined) return [`this is no line of an event: ${line}`]
    if (field === 'data') JSON.parse(value)
    return []
  })
}
