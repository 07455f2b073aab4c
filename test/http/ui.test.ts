import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { root } from '../../.ci/generated-documents.js'
import { realAccess } from '../support/access.js'
import { openHttpApp } from '../support/http-app.js'

const folder = join(root, 'dist', 'ui')
const files = readdirSync(folder).filter(name => !name.endsWith('.gz'))

t.test('the dashboard is what the build has made, and asks nobody who it is', async t => {
  const access = realAccess({ host: '0.0.0.0', certificates: {} })
  const { app } = await openHttpApp(t, { access })
  const get = async (url: string) => await app.inject({ url, remoteAddress: '10.0.0.1' })

  t.equal((await get('/api/v1/actions')).statusCode, 401, 'the agent asks')
  for (const name of files) {
    const { statusCode, rawPayload } = await get(`/ui/${name}`)
    t.equal(statusCode, 200, name)
    t.ok(rawPayload.equals(readFileSync(join(folder, name))), name)
  }
  t.match(await get('/ui/'), { statusCode: 200, headers: { 'content-type': /^text\/html/ }, body: /<div id="app">/ })
  t.match(await get('/ui'), { statusCode: 308, headers: { location: 'ui/' } }, 'relative: a proxy may have put it below a path')
})

t.test('it allows nothing that is not its own', async t => {
  const { get } = await openHttpApp(t)
  for (const path of ['/ui/', '/ui/app.js', '/ui/icon.svg']) {
    const { headers } = await get(path)
    const policy = String(headers['content-security-policy']).split('; ')
    t.ok(policy.includes("default-src 'none'"), path)
    t.ok(policy.includes("frame-ancestors 'none'"), path)
    t.ok(policy.includes("require-trusted-types-for 'script'"), path)
    t.notMatch(policy.join(), /unsafe|\*|https?:|data:|blob:/, path)
    t.match(headers, { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache' })
  }
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  t.notMatch(page, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i, 'nothing inline')
  t.notMatch(page, /(src|href)="(https?:)?\/\//, 'nothing from elsewhere')
  t.notMatch(readFileSync(join(folder, 'app.css'), 'utf8'), /url\(|@import/, 'nothing that is fetched')
})

t.test('it comes compressed, is asked for again, and is small', async t => {
  const { get } = await openHttpApp(t)
  const { headers, rawPayload } = await get('/ui/app.js', { 'accept-encoding': 'gzip, br' })
  t.match(headers, { 'content-encoding': 'gzip', vary: /accept-encoding/i, 'content-type': /javascript/ })
  t.ok(gunzipSync(rawPayload).equals(readFileSync(join(folder, 'app.js'))))
  const again = await get('/ui/app.js', { 'accept-encoding': 'gzip, br', 'if-none-match': String(headers['etag']) })
  t.equal(again.statusCode, 304)

  const sizes = files.filter(name => name !== 'licenses.txt').map(name => statSync(join(folder, `${name}.gz`)).size)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  t.comment(`${(total / 1000).toFixed(1)} kB compressed, in ${sizes.length} files`)
  t.ok(total < 100_000, 'below 100 kB')
})

t.test('what was changed is sent anew, though its date and its size are what they were', async t => {
  const { get } = await openHttpApp(t)
  const { headers, body } = await get('/ui/')
  t.match(headers, { etag: /^W\/"[\w-]{43}"$/, 'cache-control': 'no-cache' })
  t.notOk(headers['last-modified'])
  const etag = `W/"${createHash('sha256').update(body).digest('base64url')}"`
  t.equal(headers['etag'], etag, 'it is of the content alone')
  t.match(await get('/ui/index.html', { 'if-none-match': etag }), { statusCode: 304, headers: { etag, 'cache-control': 'no-cache' }, body: '' })
  t.equal((await get('/ui/index.html', { 'if-none-match': etag.replace(/..$/, '-"') })).statusCode, 200)
  t.equal((await get('/ui/app.js', { range: 'bytes=0-9' })).statusCode, 200, 'in parts it is not to be had')
})

t.test('the licences of what is in the bundle go with it', async t => {
  const text = readFileSync(join(folder, 'licenses.txt'), 'utf8')
  for (const name of ['preact', '@preact/signals', '@cfworker/json-schema', 'openapi-fetch', 'eventsource-parser', 'lossless-json']) {
    t.match(text, new RegExp(`^${name} \\d`, 'm'), name)
  }
  t.match(text, /Permission is hereby granted/)
})

t.test('what is not there is a problem, and nothing beside the folder is reached', async t => {
  const { get } = await openHttpApp(t)
  t.match(await get('/ui/nothing.js'), { statusCode: 404, headers: { 'content-type': /problem\+json/, 'cache-control': 'no-store' } })
  for (const path of ['/ui', '/ui/nothing.js', '/ui/nothing/at/all']) {
    t.match((await get(path)).headers, { 'content-security-policy': /^default-src 'none'/, 'referrer-policy': 'no-referrer' }, path)
  }
  for (const path of ['/ui/../package.json', '/ui/..%2fmain.js', '/ui/%2e%2e/main.js', '/ui/.stamp']) {
    const { statusCode, body } = await get(path)
    t.ok(statusCode >= 400 && statusCode < 500, `${path}: ${statusCode}`)
    t.notMatch(body, /better-sqlite3|import /, path)
  }
})

t.test('it can be switched off', async t => {
  const { get } = await openHttpApp(t, { config: { ui: false } })
  for (const path of ['/ui', '/ui/', '/ui/app.js']) t.equal((await get(path)).statusCode, 404, path)
  t.notMatch((await get('/')).body, '/ui')
})
