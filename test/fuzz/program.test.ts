import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import t from 'tap'
import type { KindDescription } from '../../src/domain/ports/scheduler.js'
import { temporaryFolder } from '../support/engine.js'
import { startProgram } from '../support/program.js'
import { patience } from '../support/torture.js'
import { createAttempts } from './attempt.js'
import { committedOperations } from './documents.js'
import { meaningsFor } from './meanings.js'
import { fittingRequest, slippedRequest } from './requests.js'
import { tries } from './seed.js'
import { Sender } from './send.js'

t.setTimeout(patience)

t.test('the program, as it is shipped, takes walks over all its routes and ends in good order', async t => {
  const folder = temporaryFolder(t)
  new Database(join(folder, 'app.db')).exec('CREATE TABLE t (a)').close()
  const env = { STEWARD_DATASTORE_PATH: join(folder, 'app.db'), STEWARD_HTTP_WAIT_LIMIT_SECONDS: '1' }
  const program = await startProgram(t, { folder, env })
  const sender = new Sender(program.url)
  t.teardown(() => { sender.close() })
  const { kinds } = await (await fetch(`${program.url}/api/v1/kinds`)).json() as { kinds: KindDescription[] }
  const harmless = kinds.filter(({ kind }) => kind.startsWith('agent.'))

  const steps = committedOperations().map(operation => {
    const valid = fc.oneof(...harmless.map(kind => fittingRequest(operation, meaningsFor(kind))))
    return fc.oneof(valid, slippedRequest(operation, valid))
  })
  const attempts = createAttempts(sender, [])
  const walk = fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 10 })
  await fc.assert(fc.asyncProperty(walk, attempts.run), tries({ ci: 60, torture: 3000 }))

  program.kill('SIGTERM')
  t.same(await program.exited, { code: 0, signal: null })
  const records = program.output().split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as { level: unknown })
  t.same(records.filter(({ level }) => ['error', 'fatal', 50, 60].includes(level as string)), [])
})
