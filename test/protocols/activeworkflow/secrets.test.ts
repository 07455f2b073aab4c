import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { clientJson, messageRow } from '../../support/activeworkflow-client.js'
import { openWorld, ping, success } from './world.js'

const secret = 'hunter2-credential'
const token = 'hunter2-token'
const visible = 'to-be-found'

t.test('neither credentials nor a token in the URL are ever written, logged or answered', async t => {
  const { agent, raw, run, engine, actions, logged } = await openWorld(t, {
    wrap: real => ({
      ...real,
      schedule: async request => {
        if (request.args === 'defect') throw new Error('a defect')
        return await real.schedule(request)
      }
    })
  })
  const answers: unknown[] = []
  const shapes = [[{ name: 'database', value: secret }], { database: secret }, [{ name: 'database', value: { in: [secret] } }]]
  const everyOptions = [
    { kind: success, note: visible }, { kind: success, on_check: true }, { kind: success, wait: 0.01 }, { wait: 'bad' }, { kind: ping }
  ]
  const paths = [`/activeworkflow?token=${token}`, `/activeworkflow/kinds/${success}?a=b&token=${token}`]
  for (const [id, credentials] of shapes.entries()) {
    for (const path of paths) {
      for (const options of everyOptions) {
        const it = agent(options, { path, credentials })
        await it.receive(messageRow({ args: { count: -1, note: visible } }, { id }))
        await it.receive(messageRow({ args: 'defect' }, { id: 100 + id }))
        await it.check()
        answers.push(it.answers, it.logs, it.errors, it.failures)
      }
    }
  }
  const calls = [
    clientJson({ method: 'register', params: { credentials: { database: secret } } }),
    clientJson({ method: 'receive', params: { credentials: secret } }),
    clientJson({ method: 'check', params: { credentials: [secret] } }),
    clientJson({ method: secret, params: {} }),
    clientJson({ method: 'check', params: { credentials: { database: secret }, options: [] } }),
    `{"method":"check","params":{"credentials":[{"name":"a","value":"${secret}","value":"${secret}"}]}}`,
    `{"method":"check","params":{"credentials":[{"name":"a","value":"${secret}\\ud800"}]}}`,
    `{"method":"check","params":{"credentials":[{"name":"a","value":"${secret}"`,
    `{"method":"check","params":{"credentials":[{"name":"a","value":"${secret}`,
    `{"method":"check","params":{"credentials":"${secret}" ${secret}}}`,
    `{"method":"check","params":{"credentials":${secret}}}`,
    clientJson({ method: 'check', params: { credentials: { database: secret.repeat(10_000) } } })
  ]
  const nowhere = ['kinds/none/such', 'nothing', '%zz'].map(path => `/activeworkflow/${path}?token=${token}`)
  for (const path of [...paths, ...nowhere]) {
    for (const call of calls) answers.push(await raw(path, call))
  }
  await run()
  await engine.finished(actions().at(-1)?.id ?? '')

  const files = [engine.path, `${engine.path}-wal`].filter(path => existsSync(path))
    .map(path => readFileSync(path, 'latin1')).join('')
  const everything = { files, log: JSON.stringify(logged()), answers: JSON.stringify(answers) }
  t.match(files, visible, 'the search finds what is there')
  t.match(everything.answers, /"note\\?/, 'also in answers')
  t.match(everything.log, /a defect/, 'and in the log')
  for (const [where, text] of Object.entries(everything)) t.notMatch(text, /hunter2/, where)
  t.ok(actions().length > 3)
})
