import t from 'tap'
import type { CertificateRule } from '../../src/access/certificates.js'
import type { TokenSource } from '../../src/access/tokens/token-source.js'
import type { Credentials, Operation, PeerCertificate, Scope } from '../../src/domain/ports/access.js'
import { Problem } from '../../src/domain/problem.js'
import { realAccess } from '../support/access.js'

const remote = '192.0.2.7'
const certificate: PeerCertificate = { subject: [['O', 'Ops'], ['CN', 'core-1']], alternativeNames: ['DNS:core-1.example.com'] }
const noRules: Record<string, CertificateRule> = {}

/** Knows the token `good`, which may read; `old` has expired. */
const tokens: TokenSource = {
  find: text => text === 'good'
    ? { token: { id: 'aaaaaaaaaaaa', name: 'core', hash: '', scopes: ['read'], createdAt: 0, expiresAt: null, revokedAt: null } }
    : { refused: text === 'old' ? 'the token has expired' : 'the token is not known', id: null },
  isStillValid: id => id === 'aaaaaaaaaaaa'
}

/** What was thrown, as `code: message`. */
function refusal (ask: () => unknown): string {
  try {
    ask()
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.message}`
    throw error
  }
  return 'nothing was thrown'
}

t.test('whether actions are taken', async t => {
  const disabled = (host: string, actions: 'auto' | boolean, more: Parameters<typeof realAccess>[0] = {}) =>
    realAccess({ host, actions, ...more }).actionsDisabled

  t.equal(disabled('127.0.0.1', 'auto'), null)
  t.equal(disabled('127.0.0.1', false), 'actions.enabled is false')
  t.match(disabled('0.0.0.0', 'auto'), /0\.0\.0\.0.*anybody on the network.*clients_ca_bundle.*tokens_file/)
  t.throws(() => disabled('0.0.0.0', true), /anybody on the network.*clients_ca_bundle.*tokens_file/)
  for (const actions of ['auto', true] as const) {
    t.equal(disabled('0.0.0.0', actions, { tokens }), null, 'who asks must show a token')
    t.equal(disabled('0.0.0.0', actions, { certificates: noRules }), null, 'who asks must show a certificate')
  }
  t.equal(disabled('0.0.0.0', false, { tokens }), 'actions.enabled is false')

  const off = realAccess({ actions: false })
  const principal = off.identify({ remoteAddress: '127.0.0.1' })
  t.match(refusal(() => { off.authorize(principal, { scope: 'schedule', kind: 'a/b' }) }), /^actions-disabled/)
  t.doesNotThrow(() => { off.authorize(principal, { scope: 'read' }) }, 'questions are answered')
  t.doesNotThrow(() => { off.authorize(principal, { scope: 'cancel' }) }, 'what waits can be taken out')
})

t.test('who somebody is: a token before a certificate, before loopback, before nothing', async t => {
  const open = realAccess()
  const both = realAccess({ host: '0.0.0.0', tokens, certificates: noRules })
  const admin = { name: 'local', method: 'local', scopes: ['admin'], remoteAddress: '127.0.0.1' }
  const usual: Scope[] = ['read', 'schedule', 'cancel']
  const byCertificate = { name: 'core-1', method: 'certificate', scopes: usual, remoteAddress: remote }
  const byToken = { name: 'core', method: 'token', scopes: ['read'], remoteAddress: remote, tokenId: 'aaaaaaaaaaaa' }

  t.strictSame(both.identify({ remoteAddress: remote, authorization: 'Bearer good', certificate }), byToken)
  t.strictSame(both.identify({ remoteAddress: remote, authorization: 'bearer  good ' }), byToken, 'the scheme in any case')
  t.strictSame(both.identify({ remoteAddress: remote, urlToken: 'good' }), byToken)
  t.strictSame(both.identify({ remoteAddress: remote, urlToken: 'good', authorization: 'Bearer good' }), byToken)
  t.strictSame(both.identify({ remoteAddress: remote, certificate }), byCertificate)
  t.strictSame(both.identify({ remoteAddress: '127.0.0.1', certificate }), { ...byCertificate, remoteAddress: '127.0.0.1' })
  t.strictSame(both.identify({ remoteAddress: '127.0.0.1' }), admin)
  t.strictSame(open.identify({ remoteAddress: '::ffff:127.8.0.1' }), { ...admin, remoteAddress: '::ffff:127.8.0.1' })
  t.strictSame(open.identify({ remoteAddress: '127.0.0.1', certificate }), admin, 'a certificate that nobody verified')
  const anonymous = { name: 'anonymous', method: 'anonymous', scopes: ['read'] }
  t.strictSame(open.identify({ remoteAddress: remote }), { ...anonymous, remoteAddress: remote })
  t.strictSame(open.identify({ remoteAddress: '::1', forwarded: true }), { ...anonymous, remoteAddress: '::1' })
})

t.test('what is shown and not valid is refused, and never counts as nothing', async t => {
  const access = realAccess({ tokens, certificates: { db: { subjects: ['CN=db'], alternative_names: [], scopes: ['read'] } } })
  const cases: Array<[Omit<Credentials, 'remoteAddress'>, RegExp]> = [
    [{ authorization: 'Bearer bad' }, /the token is not known/],
    [{ authorization: 'Bearer old' }, /the token has expired/],
    [{ authorization: '' }, /is not "Bearer TOKEN"/],
    [{ authorization: 'Bearer' }, /is not "Bearer TOKEN"/],
    [{ authorization: 'Bearer good good' }, /is not "Bearer TOKEN"/],
    [{ authorization: 'Basic Z29vZA==' }, /is not "Bearer TOKEN"/],
    [{ authorization: 'good' }, /is not "Bearer TOKEN"/],
    [{ urlToken: '' }, /the token is not known/],
    [{ urlToken: 'bad', certificate }, /the token is not known/],
    [{ authorization: 'Bearer good', urlToken: 'bad' }, /different tokens/],
    [{ authorization: 'Bearer good', urlToken: '' }, /different tokens/],
    [{ certificateRefused: 'it could not be verified (CERT_REVOKED)' }, /CERT_REVOKED/],
    [{ certificate }, /no entry of access.certificates is for the client certificate "O=Ops, CN=core-1"/]
  ]
  for (const [credentials, reason] of cases) {
    const said = refusal(() => access.identify({ remoteAddress: '127.0.0.1', ...credentials }))
    t.match(said, /^unauthenticated: /, JSON.stringify(credentials))
    t.match(said, reason)
  }
  const without = realAccess()
  t.match(refusal(() => without.identify({ remoteAddress: '127.0.0.1', authorization: 'Bearer stw_x' })), /takes no tokens/)
  for (const authorization of ['Basic Z29vZA==', 'Bearer of-a-proxy']) {
    t.equal(without.identify({ remoteAddress: '127.0.0.1', authorization }).name, 'local', 'what is meant for a proxy does not count')
  }
})

t.test('who shows nothing is asked to, where tokens or certificates are configured', async t => {
  for (const access of [realAccess({ tokens }), realAccess({ certificates: noRules })]) {
    t.match(refusal(() => access.identify({ remoteAddress: remote })), /^unauthenticated.*the request has neither/)
    t.match(refusal(() => access.identify({ remoteAddress: '127.0.0.1', forwarded: true })), /passed on is not taken for a local/)
  }
})

t.test('those on this machine can be restricted, and nobody else may more than they', async t => {
  const reader = realAccess({ localScopes: ['read'] })
  const principal = reader.identify({ remoteAddress: '::1' })
  t.equal(refusal(() => { reader.authorize(principal, { scope: 'cancel' }) }),
    'forbidden: The principal "local" may not cancel actions.')
  const nobody = realAccess({ localScopes: [] })
  t.match(refusal(() => nobody.identify({ remoteAddress: '127.0.0.1' })), /^unauthenticated/)
  t.match(refusal(() => nobody.identify({ remoteAddress: remote })), /^unauthenticated/)
  t.match(nobody.warnings, [/nobody may do anything/])
})

t.test('what scopes allow', async t => {
  const access = realAccess()
  const kind = 'postgresql.steward/vacuum'
  const all: Record<string, Operation> = {
    read: { scope: 'read' }, schedule: { scope: 'schedule', kind }, cancel: { scope: 'cancel' }, admin: { scope: 'admin' }
  }
  const cases: Array<[Scope[], string[]]> = [
    [[], []],
    [['read'], ['read']],
    [['cancel'], ['cancel']],
    [['schedule'], ['schedule']],
    [['schedule:postgresql.steward/*', 'read'], ['read', 'schedule']],
    [['schedule:*vacuum'], ['schedule']],
    [['schedule:redis.steward/*', `schedule:${kind}2`, 'schedule:POSTGRESQL*'], []],
    [['schedule:*'], ['schedule']],
    [['admin'], ['read', 'schedule', 'cancel', 'admin']]
  ]
  for (const [scopes, expected] of cases) {
    const principal = { name: 'core', method: 'token', scopes, remoteAddress: remote } as const
    const allowed = Object.keys(all).filter(name => refusal(() => { access.authorize(principal, all[name]!) }) === 'nothing was thrown')
    t.strictSame(allowed, expected, scopes.join(' '))
  }
  const reader = { name: 'core', method: 'token', scopes: ['read'], remoteAddress: remote } as const
  const long = refusal(() => { access.authorize(reader, { scope: 'schedule', kind: 'x'.repeat(1_000_000) }) })
  t.match(long, /^forbidden: The principal "core" may not schedule the kind x{100}\.\.\.\.$/, 'what is long is shortened')
})

t.test('a principal of a token is asked for again; others stay who they are', async t => {
  const access = realAccess({ tokens })
  const principal = access.identify({ remoteAddress: remote, urlToken: 'good' })

  t.equal(access.isStillValid(principal), true)
  t.equal(access.isStillValid({ ...principal, tokenId: 'bbbbbbbbbbbb' }), false)
  t.equal(access.isStillValid(access.identify({ remoteAddress: '127.0.0.1' })), true)
})

t.test('tokens on an address of the network without encryption are warned of', async t => {
  t.match(realAccess({ host: '0.0.0.0', tokens }).warnings, [/travel unencrypted.*tls\.server_cert/])
  t.strictSame(realAccess({ host: '0.0.0.0', tokens, encrypted: true }).warnings, [])
  t.strictSame(realAccess({ tokens }).warnings, [])
})
