import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import t from 'tap'
import { loadConfig } from '../../src/config/load.js'
import { systemClock as clock } from '../../src/domain/clock.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.js'
import type { ActionKind } from '../../src/domain/kind.js'
import { silentLogger as log } from '../../src/domain/log.js'
import type { CommandRunner } from '../../src/domain/ports/process.js'
import { createDriver } from '../../src/drivers.js'
import { openHttpApp } from '../support/http-app.js'
import { anySlip, withSlip } from '../support/odd-values.js'
import { everyHttpProtocol } from '../support/protocols.js'
import { fitting } from '../support/schema-arbitrary.js'
import { patience } from '../support/torture.js'
import { isCarried } from './oracle.js'
import { tries } from './seed.js'

t.setTimeout(patience)

const run: CommandRunner = { run: async () => { throw new Error('nothing is carried out here') } }

/** The kinds of every driver, each once. Nothing is asked of any datastore: nothing is carried out. */
async function driverKinds (): Promise<ActionKind[]> {
  const found = new Map<string, ActionKind>()
  for (const kind of ['sqlite', 'postgresql', 'redis', 'zookeeper']) {
    const { config } = loadConfig({ env: { STEWARD_DATASTORE_KIND: kind } })
    const driver = await createDriver(config, { clock, log, run, supervisor: null })
    t.teardown(async () => { await driver.datastore.close() })
    for (const each of [...driver.kinds, ...driver.stop === null ? [] : [driver.stop]]) found.set(each.kind, each)
  }
  return [...found.values()]
}

const app = await openHttpApp(t, { engine: { kinds: await driverKinds() }, protocols: everyHttpProtocol })
const { kinds } = (await app.get('/api/v1/kinds')).json<{ kinds: { kind: string, args: JsonObject }[] }>()

const ajv = new Ajv({ strictTypes: false, discriminator: true })
addFormats.default(ajv)

interface Answer {
  readonly status: number
  readonly type: string
  readonly pointers: readonly string[]
}

async function ask (kind: string, args: JsonValue): Promise<Answer> {
  const response = await app.post('/api/v1/actions', { kind, args })
  const { type = '', errors = [] } = response.json<{ type?: string, errors?: { pointer: string }[] }>()
  return { status: response.statusCode, type, pointers: errors.map(({ pointer }) => pointer) }
}

/** Whether ActiveWorkflow's way takes the same arguments. */
async function isTakenByAgent (kind: string, args: JsonValue): Promise<boolean> {
  const body = { method: 'receive', params: { options: { args }, message: { payload: {} } } }
  const { result } = (await app.post(`/activeworkflow/kinds/${kind}`, body)).json<{ result: { errors?: string[], messages?: JsonObject[] } }>()
  return result.errors === undefined && result.messages?.length === 1
}

/** Whether a pointer leads to something in the request, or to a field that is missing in an object of it. */
function leads (pointer: string, request: JsonValue): boolean {
  const steps = pointer.split('/').slice(1).map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  let at: JsonValue | undefined = request
  for (const [index, step] of steps.entries()) {
    if (typeof at !== 'object' || at === null) return false
    const below: JsonValue | undefined = Object.hasOwn(at, step) ? (at as JsonObject)[step] : undefined
    if (below === undefined) return index === steps.length - 1 && isJsonObject(at)
    at = below
  }
  return true
}

for (const { kind, args: schema } of kinds) {
  const validate = ajv.compile(schema)
  const isTaken = (args: JsonValue): boolean => validate(args === null && schema['type'] === 'object' ? {} : args) as boolean
  const valid = fitting(schema).filter(isTaken)

  t.test(`${kind} takes every argument that its own schema takes`, async () => {
    await fc.assert(fc.asyncProperty(valid, async args => {
      fc.pre(JSON.stringify(args).length < 60_000)
      const { status } = await ask(kind, args)
      return status === 202 && await isTakenByAgent(kind, args)
    }), tries({ ci: 10, torture: 1000 }))
  })

  t.test(`${kind} refuses every other, and says where it is wrong`, async () => {
    await fc.assert(fc.asyncProperty(valid, anySlip, async (valid, slip) => {
      const args = withSlip(valid, slip)
      fc.pre(JSON.stringify(args).length < 60_000)
      const { status, type, pointers } = await ask(kind, args)
      if (!isCarried({ kind, args })) return status === 400 && type === '/problems/unsafe-json' && pointers.length > 0
      if (isTaken(args)) return status === 202
      const isPlain = !JSON.stringify(args).includes('__proto__')
      return status === 400 && type === '/problems/invalid-args' && pointers.length > 0 &&
        pointers.every(pointer => pointer.startsWith('/args') && leads(pointer, { args: args ?? {} })) &&
        (!isPlain || !await isTakenByAgent(kind, args))
    }), tries({ ci: 30, torture: 3000 }))
  })
}
