import t from 'tap'
import { createAccess, isLoopback } from '../../src/access/access.js'

t.test('loopback addresses are told from others', async t => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) t.equal(isLoopback(host), true, host)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', 'localhost.example.com', '127.0.0.1.example.com', '']) {
    t.equal(isLoopback(host), false, host)
  }
})

t.test('whether actions are taken', async t => {
  const local = createAccess({ host: '127.0.0.1', actions: 'auto' })
  const open = createAccess({ host: '0.0.0.0', actions: 'auto' })
  const off = createAccess({ host: '127.0.0.1', actions: false })

  t.equal(local.actionsDisabled, null)
  t.match(open.actionsDisabled, /0\.0\.0\.0/)
  t.equal(off.actionsDisabled, 'actions.enabled is false')
  t.throws(() => createAccess({ host: '0.0.0.0', actions: true }), /anybody on the network/)
  for (const access of [open, off]) {
    const principal = access.identify({ remoteAddress: '10.0.0.1' })
    t.throws(() => { access.authorize(principal, { scope: 'schedule', kind: 'a/b' }) }, { code: 'actions-disabled' })
    t.throws(() => { access.authorize(principal, { scope: 'cancel' }) }, { code: 'actions-disabled' })
    t.doesNotThrow(() => { access.authorize(principal, { scope: 'read' }) }, 'questions are answered')
  }
  const principal = local.identify({ remoteAddress: '127.0.0.1' })
  t.strictSame(principal, { name: 'local' })
  t.doesNotThrow(() => { local.authorize(principal, { scope: 'schedule', kind: 'a/b' }) })
})
