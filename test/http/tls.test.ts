import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import t, { type Test } from 'tap'
import { createAuthority, createSelfSigned, hence, noOpenssl, pem, shown, type KeyPair } from '../support/certificates.js'
import { eventually } from '../support/eventually.js'
import { ask, connectTls, keepAlive, received } from '../support/https-client.js'
import { connectRaw, rawGet, rawPost } from '../support/raw-http.js'
import { createTlsParties, openTlsApp, type TlsApp, type TlsWish } from '../support/tls-app.js'

const actions = '/api/v1/actions'

if (noOpenssl !== false) t.plan(0, noOpenssl)
else suite()

function suite (): void {
  const parties = createTlsParties(t)
  const { authority, renewed, anybody, core } = parties
  const begin = async (t: Test, wish?: TlsWish): Promise<TlsApp> => await openTlsApp(t, parties, wish)

  t.test('a server without client certificates: clients verify it, and nobody else is asked', async t => {
    const { url, seen } = await begin(t, { clients: 'not asked' })

    const answer = await ask(`${url}${actions}`, anybody)

    t.equal(answer.status, 200)
    t.match(answer.server.subjectaltname, 'DNS:localhost, IP Address:127.0.0.1')
    t.equal((await ask(`${url}${actions}`, core)).status, 200, 'a certificate that was not asked for does no harm')
    t.strictSame(seen, [undefined, undefined])
    await t.rejects(ask(`${url}/livez`, { ca: pem(createAuthority(t).cert) }), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  })

  t.test('a client that shows its certificate is known by the names in it, at each request', async t => {
    const { url, seen, refusals } = await begin(t)
    const agent = keepAlive(t)

    const first = await ask(`${url}${actions}`, { ...core, agent })
    const second = await ask(`${url}${actions}`, { ...core, agent })

    t.strictSame([first.status, second.status], [200, 200])
    t.equal(first.localPort, second.localPort)
    const alternativeNames = ['DNS:core.example.com', 'URI:spiffe://prod/core']
    const certificate = { subject: [['O', 'Ops'], ['CN', 'core']], alternativeNames }
    t.strictSame(seen, [certificate, certificate])
    t.strictSame(refusals(), [])
  })

  const stranger = createAuthority(t, 'Test authority').sign('stranger')
  const bad: ReadonlyArray<readonly [reason: string, shows: KeyPair]> = [
    ['CERT_HAS_EXPIRED', authority.sign('expired', { from: hence(-3), until: hence(-1) })],
    ['CERT_NOT_YET_VALID', authority.sign('early', { from: hence(1), until: hence(3) })],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', stranger],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', createSelfSigned(t)],
    ['INVALID_PURPOSE', authority]
  ]

  t.test('where certificates are required, nobody gets through without one that can be verified', async t => {
    const { url, seen, refusals, wait } = await begin(t)

    const none: Attempt = ['NO_CERTIFICATE', {}]
    const shows = bad.map(([reason, pair]): Attempt => [reason, shown(pair)])
    const reasons: string[] = []
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      for (const [reason, credentials] of [none, ...shows]) {
        await t.rejects(ask(`${url}${actions}`, { ...anybody, maxVersion, ...credentials }), `${reason}, ${maxVersion}`)
        reasons.push(reason)
        await eventually('the refusal is logged', () => refusals().length === reasons.length)
        wait(60_000)
      }
    }

    t.strictSame(refusals(), reasons)
    t.strictSame(seen, [], 'no request was even looked at')
    t.equal((await ask(`${url}${actions}`, core)).status, 200, 'who is in order is served')
  })

  t.test('where certificates are optional, access is told of one that cannot be verified, and why', async t => {
    const { url, seen, seenRefused, refusals, wait } = await begin(t, { clients: 'optional' })

    t.equal((await ask(`${url}${actions}`, anybody)).status, 200)
    for (const [, pair] of bad) {
      t.equal((await ask(`${url}${actions}`, { ...anybody, ...shown(pair) })).status, 200)
      wait(60_000)
    }
    t.equal((await ask(`${url}${actions}`, core)).status, 200)

    const none = bad.map(() => undefined)
    t.strictSame(seen.map(certificate => certificate?.subject), [undefined, ...none, [['O', 'Ops'], ['CN', 'core']]])
    t.strictSame(seenRefused, bad.map(([reason]) => `the client certificate could not be verified (${reason})`))
    t.strictSame(refusals(), bad.map(([reason]) => reason), 'those without any are not worth a line')
  })

  t.test('who tries again and again is told of once a minute', async t => {
    const { app, url, refusals, wait } = await begin(t)
    const attempt = async (): Promise<void> => {
      const told = once(app.server, 'tlsClientError')
      await t.rejects(ask(`${url}/livez`, anybody))
      await told
    }

    for (let count = 0; count < 5; count++) await attempt()
    wait(60_000)
    await attempt()

    t.strictSame(refusals(), ['NO_CERTIFICATE', ['NO_CERTIFICATE', 4]])
  })

  t.test('no session is resumed where certificates are asked for: nobody would look at them', async t => {
    for (const clients of ['required', 'optional'] as const) {
      const { url, seen, renew, look, serial } = await begin(t, { clients })
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        const options = { ...core, minVersion: version, maxVersion: version }
        t.strictSame(await resume(t, url, options), { reused: false }, `${clients}, ${version}`)
      }
      renew(renewed)
      look()
      await serial()
      t.strictSame(await resume(t, url, core), { reused: false }, 'nor when the files have been read anew')
      t.strictSame(seen.filter(certificate => certificate === undefined), [])
    }
    const { url, seen } = await begin(t, { clients: 'optional' })
    await resume(t, url, anybody)
    t.strictSame(seen, [undefined, undefined], 'who has shown nothing has no certificate later either')
  })

  t.test('sessions are resumed where no certificates are asked for', async t => {
    const { url } = await begin(t, { clients: 'not asked' })
    t.strictSame(await resume(t, url, anybody), { reused: true })
  })

  t.test('old versions, other protocols and renegotiation are refused, also later', async t => {
    const { url, renew, look, told } = await begin(t)
    for (const attempt of ['at first', 'later']) {
      const old = { ...core, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
      await t.rejects(connectTls(t, url, old), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }, attempt)
      const h2 = { ...core, ALPNProtocols: ['h2'] }
      await t.rejects(connectTls(t, url, h2), { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' })
      const modern = await connectTls(t, url, { ...core, ALPNProtocols: ['h2', 'http/1.1'], maxVersion: 'TLSv1.2' })
      t.equal(modern.alpnProtocol, 'http/1.1')
      const refused = await new Promise<Error | null>(resolve => {
        modern.once('error', resolve)
        modern.renegotiate({}, resolve)
      })
      t.match(refused, { code: 'ERR_SSL_NO_RENEGOTIATION' })
      renew(renewed)
      look()
    }
    t.match(told().join(''), 'the TLS files were read anew')
  })

  t.test('plain HTTP is told what to do, garbage is not, and neither disturbs anybody', async t => {
    const { url, refusals } = await begin(t)
    const plain = connectRaw(t, url.replace('https', 'http'))
    plain.send(rawGet('/livez'))
    t.match(await plain.closed, /^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\nx-request-id: [0-9a-f-]{36}\r\n[^]*use https/)
    const garbage = connectRaw(t, url.replace('https', 'http'))
    garbage.send('GARBAGE\r\n\r\n')
    t.notMatch(await garbage.closed, /HTTP/)

    const below = connectTcp(Number(new URL(url).port), '127.0.0.1')
    const disturbed = await connectTls(t, url, { ...core, socket: below })
    disturbed.on('error', () => {})
    const closed = new Promise(resolve => { disturbed.once('close', resolve) })
    below.write('GARBAGE in the midst of a connection')
    await t.resolves(closed)

    t.equal((await ask(`${url}/livez`, core)).status, 200)
    t.strictSame(refusals(), [])
  })

  t.test('slow clients are cut off as they are without TLS', async t => {
    const { url } = await begin(t, { config: { requestTimeoutSeconds: 1 } })
    const headers = await connectTls(t, url, core)
    headers.write('GET /livez HTTP/1.1\r\n')
    const body = await connectTls(t, url, core)
    body.write(rawPost(actions, '{', 100))

    for (const slow of [headers, body]) t.match(await received(slow), /^HTTP\/1\.1 408 /)
  })

  t.test('headers that are too large are refused as they are without TLS', async t => {
    const { url } = await begin(t)
    t.equal((await ask(`${url}/livez`, { ...core, headers: { 'x-large': 'x'.repeat(17_000) } })).status, 431)
  })

  t.test('a handshake that never ends does not hold up the end of the server', async t => {
    const { app, url, logged } = await begin(t)
    const arrived = once(app.server, 'connection')
    const socket = connectTcp(Number(new URL(url).port), '127.0.0.1')
    t.teardown(() => { socket.destroy() })
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    await arrived

    await app.close()

    await t.resolves(closed)
    const failed = logged().filter(({ msg }) => msg === 'a TLS handshake failed')
    t.match(failed, [{ reason: 'ECONNRESET' }], 'it was ended, and not waited for')
  })
}

/** What a client shows, and why it is refused. */
type Attempt = readonly [reason: string, shows: { readonly cert?: string, readonly key?: string }]

/** Connects twice, the second time with the session of the first. */
async function resume (t: Test, url: string, options: ConnectionOptions): Promise<{ readonly reused: boolean }> {
  const first = await connectTls(t, url, options)
  let session: Buffer | undefined
  first.on('session', (given: Buffer) => { session = given })
  first.write(rawGet(actions))
  await once(first, 'data')
  session ??= first.getSession()
  const second = await connectTls(t, url, { ...options, ...session === undefined ? {} : { session } })
  second.write(rawGet(actions))
  await once(second, 'data')
  const reused = second.isSessionReused()
  for (const socket of [first, second]) socket.destroy()
  return { reused }
}
