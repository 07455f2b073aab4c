import { problems, type ProblemCode } from '../../src/domain/problem.js'
import { statusOf } from '../../src/http-status.js'
import { table } from './markdown.js'

/** What a caller, or who runs the agent, does about each problem. A code without advice does not compile. */
const advice: Readonly<Record<ProblemCode, string>> = {
  'malformed-json': 'Send valid JSON, in UTF-8. A shell may have eaten quotes: put the body between single ones, or in a file (`curl -d @file`).',
  'unsafe-json': 'Nothing is silently altered here. Send numbers that JavaScript cannot hold exactly as texts, a name only once per object, and no halves of surrogate pairs. `errors` has the places.',
  'invalid-request': 'Mend what `errors` names. Unknown fields and parameters count as mistakes.',
  'invalid-args': 'Mend what `errors` names; its pointers begin at the arguments. `GET /api/v1/kinds/KIND` has the schema and an example.',
  'unknown-kind': 'Look for the name in `GET /api/v1/kinds`. Kinds of a datastore are there when the agent stands beside such a one; those of a service and external actions when they are configured.',
  'invalid-id': 'Give a UUID, or leave the id out.',
  'invalid-cursor': 'Take `next` of the page before as it is, with the same filters and the same order; or begin again without a cursor.',
  'invalid-header': 'Mend the header that the detail names.',
  'host-refused': 'Ask by address or as `localhost`, or add the name to `http.hosts`. It is refused so that a web page cannot reach the agent under a name of its own.',
  'origin-refused': 'Add the origin of the page to `http.origins`, if its scripts are to use this agent.',
  'actions-disabled': 'On an address that others can reach the agent has to know who asks: set up [tokens](access.md) or [client certificates](tls.md); or look at `actions.enabled`.',
  unauthenticated: 'Send `Authorization: Bearer TOKEN`, or a client certificate. The detail says what was wrong with what was sent.',
  forbidden: 'Ask who runs the agent for the scope. `GET /api/v1/whoami` says what you may do.',
  'unknown-action': 'Look at the id. A finished action is kept as long as `actions.prune_keep` and `actions.prune_age_days` say.',
  'unknown-path': 'Look at [rest.md](rest.md), or at `GET /` of the agent.',
  'no-such-kind': 'As for `unknown-kind`.',
  'method-not-allowed': 'Use one of the methods that the header `Allow` has.',
  'action-exists': 'The id, or the `Idempotency-Key`, belongs to another request: give each piece of work its own. The detail has the id.',
  'action-finished': 'Nothing is left to cancel.',
  'cancel-refused': 'The work can no longer be stopped: wait for its end. An external action can be cancelled at any time if it has the command `cancel`.',
  'cursor-gone': 'Begin again without a cursor. The database was replaced, or put back from a copy.',
  'body-too-large': 'Send less, or raise `http.body_limit`.',
  'unsupported-media-type': 'Send `Content-Type: application/json`, also with an empty body. It keeps web pages from sending forms here.',
  'too-many-logins': 'Wait as long as `Retry-After` says, and mend the credentials. Valid ones pass meanwhile.',
  'queue-full': 'Wait as long as `Retry-After` says. If it stays so, look at what runs (`GET /api/v1/actions?state=RUNNING`), or raise `actions.queue_limit`.',
  'too-many-waits': 'Ask without `wait`, or follow one event stream for all actions instead of waiting for each.',
  'store-full': 'Free some space on the disk of the database. Reads go on, and running work keeps its outcome until there is room: [operations.md](operations.md#the-disk-is-full).',
  'store-unavailable': 'Try again; with an id or an `Idempotency-Key` that is safe. The log says what is wrong with the database.',
  'shutting-down': 'Try again when the agent is back; with an id or an `Idempotency-Key` that is safe.',
  'datastore-unavailable': 'The agent is well and its datastore is not: the detail has the reason, and the member `node` the status. Actions go on being taken.',
  internal: 'A defect. Report it with the line of the log that has the request id (`instance`).'
}

/** The part of docs/problems.md that tells of each problem. */
export function renderProblems (): string {
  const codes = Object.keys(problems) as ProblemCode[]
  const overview = table(['code', 'status', 'title'], codes.map(code =>
    [`[\`${code}\`](#${code})`, String(statusOf[problems[code].category]), problems[code].title]))
  const parts = codes.map(code => {
    const { category, title, detail } = problems[code]
    return `## ${code}\n\n**${statusOf[category]}, ${title}.** ${code === 'internal' ? '500 and nothing more is told to the caller. ' : ''}` +
      `The detail: *${detail.replace(/\{(\w+)\}/g, '`$1`')}*\n\n${advice[code]}\n`
  })
  return `${overview}\n${parts.join('\n')}`
}
