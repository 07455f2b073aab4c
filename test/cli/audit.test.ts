import { join } from 'node:path'
import t from 'tap'
import { systemClock } from '../../src/domain/clock.js'
import { openStore } from '../../src/store/store.js'
import { main } from '../support/run-main.js'
import { draft } from '../contracts/store-under-test.js'
import { temporaryFolder } from '../support/engine.js'

t.test('steward audit prints a table, or JSON lines, of what the filter lets through', async t => {
  const db = join(temporaryFolder(t), 'steward.db')
  const store = openStore({ path: db, clock: systemClock, queueLimit: 10 })
  const { action } = await store.append(draft({ principal: 'core', remoteAddress: '10.0.0.1', kind: 'a/backup' }))
  await store.append(draft({ principal: 'evil\u001b[2J\u202e', kind: 'a/stop' }))
  await store.requestCancel(action.id, { caller: { principal: 'ops', protocol: 'api', remoteAddress: '::1' }, refuse: () => null })
  // As beside a running agent: the store stays open.
  t.teardown(() => { store.close() })

  const table = await main('audit', '--db', db)
  t.equal(table.code, 0)
  const lines = table.out.split('\n').map(line => line.split(/ {2,}/))
  t.strictSame(lines[0], ['WHEN', 'WHO', 'DID', 'KIND', 'ACTION', 'IS NOW', 'THROUGH', 'FROM'])
  t.strictSame(lines.slice(1).map(([, ...rest]) => rest.filter((_, index) => index !== 3)), [
    ['evil\\u{1b}[2J\\u{202e}', 'schedule', 'a/stop', 'NEW', 'api', '127.0.0.1'],
    ['ops', 'cancel', 'a/backup', 'FAILED', 'api', '::1'],
    ['core', 'schedule', 'a/backup', 'FAILED', 'api', '10.0.0.1']
  ])

  const json = await main('audit', '--db', db, '--json', '--principal', 'ops')
  t.match(JSON.parse(json.out), { action_id: action.id, cancelled: { principal: 'ops' }, scheduled: { principal: 'core' } })
  t.equal((await main('audit', '--db', db, '--json', '--since', '1h', '--kind', 'a/none')).out, '')
  const short = await main('audit', '--db', db, '--json', '--limit', '1')
  t.match(short, { code: 0, err: /newest 1;/ })
  t.equal(short.out.split('\n').length, 1)
})

t.test('what cannot be answered is told in a sentence', async t => {
  const db = join(temporaryFolder(t), 'none.db')

  t.match(await main('audit', '--db', db), { code: 5, err: /There is no database at / })
  t.match(await main('audit', '--db', db, '--since', 'yesterday'), { code: 2, err: /--since.*It must be a time such as / })
  t.match(await main('audit', '--db', db, '--limit', '0'), { code: 2, err: /--limit.*number from 1/ })
})
