import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createAgent } from '../src/agent.js'
import { loadConfig } from '../src/config/load.js'
import { inspectSurroundings } from '../src/inspection.js'
import { eventually } from './support/eventually.js'
import { recordLog } from './support/log-record.js'

t.test('commands that cannot work here are known to check, and told at the start, without being run', async t => {
  const folder = t.testdir()
  const trace = join(folder, 'trace')
  const action = { description: 'x', action: ['touch', trace], check: ['true'], working_directory: folder }
  const { config } = loadConfig({
    env: {},
    flags: {
      bind: '127.0.0.1:0',
      db: join(folder, 'steward.db'),
      'datastore.path': join(folder, 'app.db'),
      external_actions: JSON.stringify({
        sound: action,
        program: { ...action, check: ['absent-program'], cancel: ['absent-program'] },
        user: { ...action, user: 'no-such-user' }
      }),
      'service.supervisor': 'commands',
      'service.options.pid': 'true',
      'service.options.start': 'true',
      'service.options.stop': 'true',
      'service.options.working_directory': join(folder, 'absent')
    }
  })
  const doubts = [
    `The commands of service: there is no folder ${join(folder, 'absent')}, which is to be the working folder.`,
    'The commands of external_actions.program: there is no program "absent-program" in its PATH that can be executed.',
    'The commands of external_actions.user: there is no user "no-such-user" on this machine.'
  ]

  const found = await inspectSurroundings(config)
  const { log, lines } = recordLog()
  const agent = await createAgent(config, { log, onFatal: error => { throw error } })
  t.teardown(async () => { await agent.stop() })
  await agent.start()
  const told = await eventually('the log tells them', () => {
    const messages = lines().map(line => (JSON.parse(line) as { msg: string }).msg).filter(text => text.startsWith('The commands of'))
    return messages.length >= doubts.length && messages
  })

  t.match(found.doubts.filter(doubt => doubt.startsWith('The commands of')), doubts)
  t.strictSame(told, doubts)
  t.notOk(existsSync(trace))
})
