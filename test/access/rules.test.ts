import t from 'tap'
import { isLoopback, networkOf } from '../../src/access/addresses.js'
import { createCertificateMap, type CertificateRule } from '../../src/access/certificates.js'
import { matchesGlob } from '../../src/glob.js'
import type { PeerCertificate } from '../../src/domain/ports/access.js'

t.test('loopback addresses are told from others', async t => {
  for (const host of [
    '127.0.0.1', '127.1.2.3', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:127.9.9.9', '::ffff:7f00:1', 'localhost'
  ]) t.equal(isLoopback(host), true, host)
  for (const host of [
    '0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:10.0.0.1', '::2', 'localhost.example.com', '127.0.0.1.example.com',
    '127.0.0.999', ''
  ]) t.equal(isLoopback(host), false, host)
})

t.test('failed logins of IPv6 are counted by the network', async t => {
  t.equal(networkOf('192.0.2.7'), '192.0.2.7')
  t.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7', 'not all of IPv4 in one')
  t.equal(networkOf('2001:db8:0:1:a:b:c:d'), '2001:db8:0:1::/64')
  t.equal(networkOf('2001:DB8:0:1::99'), networkOf('2001:db8:0:1:a:b:c:d'))
  t.not(networkOf('2001:db8:0:2::99'), networkOf('2001:db8:0:1::99'))
  t.equal(networkOf('2001:db8::1:2:3:4:5'), '2001:db8:0:1::/64')
  t.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
  t.equal(networkOf('::1'), '0:0:0:0::/64')
  t.equal(networkOf('unknown'), 'unknown')
})

t.test('globs', async t => {
  const matching = [
    ['', ''], ['a', 'a'], ['*', ''], ['*', 'a/b\n'], ['a*', 'a'], ['a*c', 'abc'], ['a*c', 'ac'], ['*b*', 'abc'], ['a**c', 'abbc'],
    ['*ab*ab', 'abab'], ['*.steward/*', 'redis.steward/save'], ['a.c', 'a.c'], ['[a]*', '[a]b'], ['*a*b*c*', 'xaxbxcx']
  ]
  const others = [
    ['', 'a'], ['a', 'A'], ['a', 'ab'], ['a*', 'ba'], ['*a', 'ab'], ['ab*ba', 'aba'], ['*ab*ab', 'ab'], ['a.c', 'abc'], ['a?', 'ab'],
    ['*a*b*', 'ba'], ['[a]', 'a'], ['a*b*b', 'ab']
  ]
  for (const [glob, text] of matching) t.equal(matchesGlob(glob!, text!), true, `${glob} ${text}`)
  for (const [glob, text] of others) t.equal(matchesGlob(glob!, text!), false, `${glob} ${text}`)
})

t.test('a glob that is made to take for ever takes no time', async t => {
  // Tried with a backtracking matcher, each of these outlives the universe.
  const text = 'a'.repeat(1_000_000)
  t.equal(matchesGlob('a*'.repeat(100) + 'b', text), false)
  t.equal(matchesGlob('*a'.repeat(99) + '*b*', text), false)
  t.equal(matchesGlob(`*${'a'.repeat(198)}b*`, text), false)
  t.equal(matchesGlob(`*b${'a'.repeat(198)}*`, text), false)
  t.equal(matchesGlob('*a'.repeat(100), text), true)
})

const certificate: PeerCertificate = {
  subject: [['C', 'DE'], ['O', 'Ops, Ltd.'], ['OU', 'db'], ['OU', 'eu'], ['CN', 'core-1']],
  alternativeNames: ['DNS:core-1.example.com', 'URI:spiffe://prod/core']
}

function ownerOf (rules: Record<string, Partial<CertificateRule>>, peer: PeerCertificate = certificate) {
  const whole = Object.entries(rules).map(([name, rule]) =>
    [name, { subjects: [], alternative_names: [], scopes: ['read'] as const, ...rule }])
  return createCertificateMap(Object.fromEntries(whole))(peer)
}

t.test('a subject matches when each attribute of a pattern matches one of its own', async t => {
  const matching = ['CN=core-1', 'CN=core-*', 'cn = core-* , ou=eu', 'OU=eu, OU=db', 'O=Ops\\, Ltd.', 'O=*, C=DE', 'CN=*']
  const others = [
    'CN=core', 'CN=Core-1', 'CN=core-1, OU=us', 'O=Ops', 'O=core-1', 'CN=*db', 'CN=core-1, emailAddress=*', 'C=*CN=core-1',
    'CN=core-1\\, OU=eu'
  ]
  for (const pattern of matching) t.match(ownerOf({ core: { subjects: [pattern] } }), { name: 'core' }, pattern)
  for (const pattern of others) t.match(ownerOf({ core: { subjects: [pattern] } }), { refused: /core-1/ }, pattern)
})

t.test('no value of an attribute can be taken for several', async t => {
  for (const value of ['x, CN=admin', 'x\nCN=admin', 'x+CN=admin', 'x\\, CN=admin', 'x/CN=admin']) {
    const peer: PeerCertificate = { subject: [['CN', value]], alternativeNames: [`DNS:${value}`] }
    t.match(ownerOf({ admin: { subjects: ['CN=admin'], alternative_names: ['DNS:admin', 'CN=admin'] } }, peer), { refused: /x/ }, value)
  }
})

t.test('one of the alternative names matches as a whole', async t => {
  t.match(ownerOf({ core: { alternative_names: ['URI:spiffe://prod/*'] } }), { name: 'core' })
  t.match(ownerOf({ core: { alternative_names: ['DNS:*.example.com'] } }), { name: 'core' })
  t.match(ownerOf({ core: { alternative_names: ['core-1.example.com', 'URI:*.example.com', 'DNS:core'] } }), { refused: /core-1/ })
})

t.test('the first entry that matches by any of its patterns counts', async t => {
  const found = ownerOf({
    other: { subjects: ['CN=other'], scopes: ['admin'] },
    core: { subjects: ['CN=nobody'], alternative_names: ['URI:*'], scopes: ['cancel'] },
    ops: { subjects: ['CN=core-1'], scopes: ['admin'] }
  })

  t.strictSame(found, { name: 'core', scopes: ['cancel'] })
})

t.test('without entries a certificate is a principal by its CN, unless that could be taken for another', async t => {
  t.strictSame(ownerOf({}), { name: 'core-1', scopes: ['read', 'schedule', 'cancel'] })
  const subjects: Array<PeerCertificate['subject']> = [
    [], [['O', 'core']], [['CN', 'a'], ['CN', 'b']], [['CN', 'local']], [['CN', 'Anonymous']], [['CN', '']], [['CN', ' core']],
    [['CN', 'core\n']], [['CN', 'a\u202eb']], [['CN', 'x'.repeat(65)]]
  ]
  for (const subject of subjects) {
    t.match(ownerOf({}, { subject, alternativeNames: [] }), { refused: /has no CN that could name a principal/ }, JSON.stringify(subject))
  }
})

t.test('entries that mean nothing are refused with their place', async t => {
  t.throws(() => ownerOf({ core: {} }), /access\.certificates\.core: needs subjects or alternative_names/)
  for (const pattern of ['core', 'CN=core,', '=core', 'CN=a, core', ' ']) {
    t.throws(() => ownerOf({ core: { subjects: [pattern] } }), /access\.certificates\.core\.subjects: .* is no pattern/, pattern)
  }
})
