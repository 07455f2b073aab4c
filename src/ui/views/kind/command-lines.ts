import { clientVariables } from '../../../client-variables.js'
import { shellLine, shellQuote } from '../../../shell-quote.js'
import { jsonText } from '../../forms/json-text.js'
import { requestOf, type Order } from './request.js'
import type { JsonValue } from '../../../domain/json.js'

interface Lines {
  readonly curl: string
  readonly steward: string
  /** What the lines read from a file, and its name; null: nothing. */
  readonly files: { readonly request: string, readonly args: string } | null
}

interface Agent {
  readonly url: string
  readonly hasToken: boolean
}

/** Where `steward` looks for an agent that nobody names. */
const usualUrl = 'http://127.0.0.1:8000'

/** Linux takes 128 KiB in one argument of a command; quotation marks may need some of it. */
const longestArgument = 100_000

const files = { request: 'request.json', args: 'args.json' }

/**
 * What does the same in a POSIX shell: with curl, and with `steward run`. A token is named by its variable, never
 * shown. Arguments that are too long for a command are read from files.
 */
export function commandLines (order: Order, { url, hasToken }: Agent): Lines {
  const body = jsonText(requestOf(order) as unknown as JsonValue)
  const isLong = new TextEncoder().encode(body).length > longestArgument
  const json = order.args === undefined ? null : jsonText(order.args)
  const args = json === null ? [] : ['--args', isLong ? `@${files.args}` : json]
  return {
    curl: [
      'curl', '-fsS', '-X', 'POST', shellQuote(`${url}/api/v1/actions`),
      ...hasToken ? ['-H', `"authorization: Bearer $${clientVariables.token}"`] : [],
      '-H', shellQuote('content-type: application/json'),
      '-d', shellQuote(isLong ? `@${files.request}` : body)
    ].join(' '),
    steward: shellLine([
      'steward', 'run', order.kind, ...args,
      ...order.requester === '' ? [] : ['--requester', order.requester],
      ...url === usualUrl ? [] : ['--url', url], '--follow'
    ]),
    files: isLong ? files : null
  }
}
