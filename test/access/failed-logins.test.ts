import t from 'tap'
import { createFailedLogins } from '../../src/access/failed-logins.js'
import { drawToken } from '../../src/access/tokens/token.js'
import type { Problem } from '../../src/domain/problem.js'
import { realAccess } from '../support/access.js'
import { newsOfLog } from './support.js'

const reason = 'the token is not known'

function open (perMinute: number) {
  const clock = { at: 1_000_000, now: () => clock.at }
  const { log, news } = newsOfLog()
  const note = createFailedLogins({ perMinute, clock, log })
  const fail = (remoteAddress = '192.0.2.7'): Problem => note({ remoteAddress, reason, token: 'aaaaaaaaaaaa' })
  return { clock, news, fail }
}

t.test('the first failures of a minute are answered and logged one by one, the others with "too many"', async t => {
  const { clock, news, fail } = open(3)

  const codes = Array.from({ length: 5 }, () => fail().code)

  t.strictSame(codes, ['unauthenticated', 'unauthenticated', 'unauthenticated', 'too-many-logins', 'too-many-logins'])
  const address = '192.0.2.7'
  t.strictSame(news(), [
    ...Array.from({ length: 3 }, () => ['warn: a login failed', { address, reason, tokenId: 'aaaaaaaaaaaa' }]),
    ['warn: too many failed logins: more of this minute are not logged', { address, failures: 4 }]
  ])
  clock.at += 45_500
  t.match(fail(), { code: 'too-many-logins', category: 'busy', retryAfterSeconds: 15 })
})

t.test('a minute later they are answered one by one again, and the log has how many it left out', async t => {
  const { clock, news, fail } = open(2)
  for (let count = 0; count < 10; count++) fail()
  news()

  clock.at += 60_000

  t.equal(fail().code, 'unauthenticated')
  t.match(news(), [['warn: failed logins of an earlier minute were not logged', { failures: 8 }], ['warn: a login failed', {}]])
})

t.test('a clock that was set back does not keep anybody out', async t => {
  const { clock, fail } = open(1)
  fail()
  t.equal(fail().code, 'too-many-logins')

  clock.at -= 3_600_000

  t.equal(fail().code, 'unauthenticated')
})

t.test('each address has a count of its own; those of one IPv6 network share it', async t => {
  const { fail } = open(1)
  fail('192.0.2.7')
  fail('2001:db8::1')

  t.equal(fail('192.0.2.8').code, 'unauthenticated')
  t.equal(fail('2001:db8:0:1::1').code, 'unauthenticated')
  t.equal(fail('2001:db8::ffff:2').code, 'too-many-logins')
  t.equal(fail('::ffff:192.0.2.7').code, 'too-many-logins')
})

t.test('no more than 10,000 addresses are remembered, and the oldest makes room', async t => {
  const { clock, fail } = open(1)
  const nth = (number: number): string => `10.${number >> 16}.${number >> 8 & 255}.${number & 255}`
  for (let number = 0; number < 10_000; number++) fail(nth(number))
  t.equal(fail(nth(0)).code, 'too-many-logins', 'all are remembered')

  fail('192.0.2.7')

  t.equal(fail(nth(1)).code, 'too-many-logins', 'the second oldest is')
  t.equal(fail(nth(0)).code, 'unauthenticated', 'the oldest was forgotten')

  clock.at += 60_000
  fail(nth(3))
  fail('192.0.2.8')
  fail('192.0.2.9')

  t.equal(fail(nth(3)).code, 'too-many-logins', 'who fails again is not the oldest any more')
})

t.test('who shows what is valid always passes, whatever comes from their address', async t => {
  const { text, id, hash } = drawToken()
  const token = { id, name: 'core', hash, scopes: ['read'], createdAt: 0, expiresAt: null, revokedAt: null } as const
  const tokens = {
    find: (shown: string) => shown === text ? { token } : { refused: reason, id: null },
    isStillValid: () => true
  }
  const { log, news } = newsOfLog()
  const access = realAccess({ tokens, failuresPerMinute: 2, log })
  const login = (authorization?: string) => () =>
    access.identify({ remoteAddress: '192.0.2.7', ...authorization === undefined ? {} : { authorization } })

  for (const code of ['unauthenticated', 'unauthenticated', 'too-many-logins']) t.throws(login('Bearer wrong'), { code })

  t.equal(login(`Bearer ${text}`)().name, 'core')
  t.throws(login(), { code: 'unauthenticated' }, 'to show nothing is no failed login')
  t.equal(news().length, 3)
})
