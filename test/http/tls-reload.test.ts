import { once } from 'node:events'
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { createAuthority, hence, noOpenssl, pem, shown } from '../support/certificates.js'
import { eventually } from '../support/eventually.js'
import { ask, connectTls, keepAlive, received } from '../support/https-client.js'
import { rawGet, rawPost } from '../support/raw-http.js'
import { createTlsParties, openTlsApp, type TlsApp, type TlsWish } from '../support/tls-app.js'

const actions = '/api/v1/actions'
const kind = 'agent.replicante.io/debug.success'

if (noOpenssl !== false) t.plan(0, noOpenssl)
else suite()

function suite (): void {
  const parties = createTlsParties(t)
  const { authority, server, renewed, anybody, core } = parties
  const begin = async (t: Test, wish?: TlsWish): Promise<TlsApp> => await openTlsApp(t, parties, wish)

  t.test('a renewed certificate is shown to new connections; open ones go on', async t => {
    const { url, renew, look, serial, told } = await begin(t)
    const agent = keepAlive(t)
    const before = await ask(`${url}/livez`, { ...core, agent })

    renew(renewed)
    t.equal(await serial(), before.server.serialNumber, 'the files are looked at once a second')
    look()

    t.not(await serial(), before.server.serialNumber)
    const after = await ask(`${url}${actions}`, { ...core, agent })
    t.strictSame([after.status, after.localPort], [200, before.localPort])
    t.match(told().join(''), /"subject":"CN=renewed","names":\["DNS:localhost","IP:127\.0\.0\.1"\].*"the TLS files were read anew"/)
  })

  t.test('a link that is turned to another folder counts as a change, a file that is merely touched does not', async t => {
    const { url, path, put, look, serial, told } = await begin(t)
    const before = await serial()
    mkdirSync(path('next'))
    for (const [name, file] of [['server.pem', renewed.cert], ['server.key', renewed.key]] as const) {
      copyFileSync(file, path(`next/${name}`))
      symlinkSync(path(`next/${name}`), path('link'))
      renameSync(path('link'), path(name))
    }
    look()

    const after = await serial()
    t.not(after, before)
    put('ca.pem', pem(authority.cert))
    look()
    t.equal(await serial(), after)
    t.equal(told().length, 1, 'nothing was read anew')
    t.equal((await ask(`${url}${actions}`, core)).status, 200)
  })

  t.test('files that cannot be used change nothing, are told of once, and are used when they have been mended', async t => {
    const { path, put, renew, look, serial, told } = await begin(t)
    const before = await serial()
    const breakages: ReadonlyArray<readonly [told: RegExp, () => void]> = [
      [/server\.key does not belong to the first certificate in/, () => put('server.pem', pem(renewed.cert))],
      [/server\.pem is cut off in the middle of a PEM block/, () => truncateSync(path('server.pem'), 300)],
      [/server\.pem holds no certificate in PEM/, () => put('server.pem', 'nothing')],
      [/server\.pem cannot be read: ENOENT/, () => rmSync(path('server.pem'))],
      [/ca\.pem holds no certificate in PEM/, () => { renew(server); put('ca.pem', '') }]
    ]
    let lines = 0
    for (const [what, breakIt] of breakages) {
      breakIt()
      for (let times = 0; times < 3; times++) {
        look()
        t.equal(await serial(), before)
      }
      t.equal(told().length, ++lines, 'once')
      t.match(told().at(-1), what)
    }
    put('ca.pem', pem(authority.cert))
    renew(renewed)
    look()

    t.not(await serial(), before)
  })

  t.test('under load no request is lost while certificates are renewed again and again', async t => {
    const { url, renew, look, serial } = await begin(t)
    const stop = new AbortController()
    let answered = 0
    const keep = async (): Promise<void> => {
      const agent = keepAlive(t)
      while (!stop.signal.aborted) {
        const options = answered % 3 === 0 ? core : { ...core, agent }
        const { status } = await ask(`${url}${actions}`, { ...options, method: 'POST', headers, send: JSON.stringify({ kind }) })
        if (status !== 202) throw new Error(`answered ${status}`)
        answered++
      }
    }
    const load = Array.from({ length: 4 }, keep)
    const serials = new Set<string>()
    for (let times = 0; times < 8; times++) {
      renew(times % 2 === 0 ? renewed : server)
      look()
      serials.add(await serial())
    }
    stop.abort()

    await t.resolves(Promise.all(load))
    t.equal(serials.size, 2)
    t.ok(answered > 8, `${answered} requests`)
  })

  t.test('a client that has been revoked is cut off at once, in whatever it does', async t => {
    const own = createTlsParties(t)
    const { authority, client, core: revoked } = own
    const other = { ...own.anybody, ...shown(authority.sign('other')) }
    const { url, put, look, app, seen } = await openTlsApp(t, own, { crl: authority.revoke() })
    const agent = keepAlive(t)
    await ask(`${url}/livez`, { ...revoked, agent })
    const idle = await connectTls(t, url, revoked)
    const watching = await connectTls(t, url, revoked)
    watching.write(rawGet('/api/v1/events'))
    await once(watching, 'data')
    const uploading = await connectTls(t, url, revoked)
    const body = JSON.stringify({ kind })
    const begun = once(app.server, 'request')
    uploading.write(rawPost(actions, body).slice(0, -body.length))
    await begun
    const closed = [idle, watching].map(async socket => await received(socket))
    const answer = received(uploading)

    put('crl.pem', authority.revoke(client))
    look()
    t.equal((await ask(`${url}${actions}`, other)).status, 200, 'somebody else connects')

    const [nothing, stream] = await Promise.all(closed)
    t.equal(nothing, '')
    t.match(stream, /0\r\n\r\n$/, 'the stream ends as streams do')
    uploading.write(body + rawGet(actions))
    t.match(await answer, /^HTTP\/1\.1 202 [^]*connection: close(?![^]*HTTP\/1)/i, 'what was let in is answered, nothing else')
    await t.rejects(ask(`${url}/livez`, { ...revoked, agent }), 'it cannot come back')
    t.equal(seen.length, 3)
  })

  t.test('a client that has been revoked cannot go on by never connecting anew, though nobody else comes', async t => {
    const own = createTlsParties(t)
    const { url, put, look, seen } = await openTlsApp(t, own, { crl: own.authority.revoke() })
    const agent = keepAlive(t)
    t.equal((await ask(`${url}${actions}`, { ...own.core, agent })).status, 200)

    put('crl.pem', own.authority.revoke(own.client))
    look()
    const { status, headers, body } = await ask(`${url}${actions}`, { ...own.core, agent })

    t.strictSame([status, headers['connection']], [401, 'close'])
    t.match(body, 'the authorities of client certificates have changed since this connection was opened')
    t.equal(seen.length, 1)
  })

  t.test('where authorities change, connections and handshakes of before are ended, and clients come back', async t => {
    const { app, url, put, look, seen } = await begin(t)
    const agent = keepAlive(t)
    const before = await ask(`${url}${actions}`, { ...core, agent })
    const arrived = once(app.server, 'connection')
    const early = connect(Number(new URL(url).port), '127.0.0.1')
    t.teardown(() => { early.destroy() })
    const ended = new Promise<void>(resolve => { early.once('close', resolve) })
    await arrived

    put('ca.pem', pem(createAuthority(t, 'Another').cert) + pem(authority.cert))
    look()
    await ask(`${url}/livez`, core)

    const handshake = early.destroyed ? ended : connectTls(t, url, { ...core, socket: early })
    t.notOk(await Promise.race([ended, handshake]), 'it would have been verified with the authorities of before')
    const after = await ask(`${url}${actions}`, { ...core, agent })
    t.equal(after.status, 200)
    t.not(after.localPort, before.localPort)
    t.equal(seen.length, 2)
  })

  t.test('revocation lists of several authorities in one file all count', async t => {
    const another = createAuthority(t, 'Another')
    const [ours, theirs] = [authority.sign('ours'), another.sign('theirs')]
    const { url, put, look } = await begin(t, { crl: authority.revoke() + another.revoke(theirs) })
    put('ca.pem', pem(authority.cert) + pem(another.cert))
    look()

    t.equal((await ask(`${url}/livez`, { ...anybody, ...shown(ours) })).status, 200)
    await t.rejects(ask(`${url}/livez`, { ...anybody, ...shown(theirs) }))
    t.equal((await ask(`${url}/livez`, { ...anybody, ...shown(another.sign('fine')) })).status, 200)
  })

  t.test('a certificate that expires while its connection is open is not served any more', async t => {
    const { url, wait, seen } = await begin(t)
    const agent = keepAlive(t)
    await ask(`${url}${actions}`, { ...core, agent })

    wait(31 * 86_400_000)
    const { status, headers, body } = await ask(`${url}${actions}`, { ...core, agent })

    t.strictSame([status, headers['connection']], [401, 'close'])
    t.match(body, 'the client certificate of this connection has expired')
    t.equal(seen.length, 1)
    t.equal((await ask(`${url}/livez`, core)).status, 401, 'where the clock of OpenSSL is another, ours counts as well')
  })

  t.test('an event stream ends with the certificate of who watches', async t => {
    const { url } = await begin(t)
    const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000)
    const watching = await connectTls(t, url, { ...anybody, ...shown(authority.sign('brief', { until })) })
    watching.write(rawGet('/api/v1/events'))

    t.match(await received(watching), /event stream of the agent[^]*0\r\n\r\n$/)
    t.ok(Date.now() >= until.getTime())
  })

  t.test('the log warns before the certificate ends, and again each day', async t => {
    const own = { ...parties, server: authority.sign('soon', { alternativeNames: 'DNS:localhost,IP:127.0.0.1', until: hence(13) }) }
    const { wait, serial, told } = await openTlsApp(t, own)

    for (let day = 0; day < 2; day++) {
      wait(86_400_001)
      await serial()
      await serial()
    }

    await eventually('it has warned twice', () => told().length === 2)
    t.match(told().join(''), /certificate of the agent ends soon, at .*certificate of the agent ends soon, at /s)
  })
}

const headers = { 'content-type': 'application/json' }
