import ajvPackage from 'ajv'
import type { Test } from 'tap'
import { isJsonObject } from '../../src/domain/json.js'
import type { JsonValue } from '../../src/domain/json.js'
import type { ActionKind, Outcome } from '../../src/domain/kind.js'
import { createKindContext } from '../support/kind-context.js'
import type { FakeRun } from '../support/kind-context.js'

/** What the contract needs to know of the kind that it is told of. */
export interface KindCases {
  /** A run that ends by itself; each call gives an independent one. Absent fields are those of the fake run. */
  readonly run: (t: Test) => FakeRun
  /** The state in which `run` ends. Default DONE. */
  readonly state?: Outcome['state']
  /** Arguments that the schema refuses. Absent: it refuses none. */
  readonly badArgs?: readonly JsonValue[]
}

const reasons = ['error', 'timeout', 'cancelled', 'interrupted', 'unavailable']

/** What every kind of action promises, told as subtests of `t`. */
export function kindContract (t: Test, kind: ActionKind, cases: KindCases): void {
  t.test(`${kind.kind} keeps the contract of kinds`, async t => {
    const ajv = new ajvPackage.Ajv({ allErrors: true, strictSchema: true, strictTypes: false, discriminator: true })

    t.test('it has a name of the form domain/name, and a sentence about it', async t => {
      t.match(kind.kind, /^[a-z0-9]+([.-][a-z0-9]+)+\/[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/)
      t.match(kind.summary, /^[A-Z][^\n]+\.$/)
      t.ok(kind.timeoutMs === null || kind.timeoutMs > 0)
    })

    t.test('its arguments have a valid schema, which is closed and admits the example', async t => {
      const validate = ajv.compile(kind.args)
      if (kind.args['type'] === 'object') t.equal(kind.args['additionalProperties'], false)
      if (kind.example !== undefined) t.ok(validate(kind.example), ajv.errorsText(validate.errors))
      t.ok(validate(cases.run(t).args ?? {}), ajv.errorsText(validate.errors))
      for (const args of cases.badArgs ?? []) t.notOk(validate(args), `${JSON.stringify(args)} is refused`)
    })

    t.test('it ends when it is cancelled before it has begun', async t => {
      const { context, abort } = createKindContext({ kind: kind.kind, ...cases.run(t) })
      abort('cancelled')

      const outcome = await kind.run(context).catch((reason: unknown) => reason)

      if (outcome !== 'cancelled') checkOutcome(t, outcome as Outcome)
    })

    t.test('it comes to a legal outcome, also when it is run again after each thing that it has reported', async t => {
      const run = cases.run(t)
      const { context, reported } = createKindContext({ kind: kind.kind, ...run })

      const outcome = await kind.run(context)

      t.equal(outcome.state, cases.state ?? 'DONE', JSON.stringify(outcome))
      checkOutcome(t, outcome)
      for (const payload of reported) t.same(JSON.parse(JSON.stringify(payload)), payload, 'what it reports is JSON')
      if (kind.onInterrupt === 'fail') return
      for (const statePayload of [null, ...reported]) {
        const again = createKindContext({ kind: kind.kind, ...run, statePayload, resumed: true })
        checkOutcome(t, await kind.run(again.context))
      }
    })
  })
}

function checkOutcome (t: Test, outcome: Outcome): void {
  if (outcome.payload !== undefined) t.same(JSON.parse(JSON.stringify(outcome.payload)), outcome.payload, 'its payload is JSON')
  if (outcome.state === 'DONE') return
  t.equal(outcome.state, 'FAILED')
  t.ok(isJsonObject(outcome.payload))
  t.match(outcome.payload, { error: /^\S.*[.!?]$/, layers: Array, reason: new RegExp(`^(${reasons.join('|')})$`) })
  t.ok('trace' in outcome.payload && 'variant' in outcome.payload)
}
