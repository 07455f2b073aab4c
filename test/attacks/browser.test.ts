import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import t from 'tap'
import { chromiumPath, startBrowser, withoutBrowser } from '../support/browser.js'
import { connectRaw } from '../support/raw-http.js'
import { openAgent, schedulingFaces } from './agent.js'

/** Another host's name, that leads to this machine: in the browser's own resolver alone. */
const evil = 'evil.example'

t.test('what only forms, beacons and other browsers could send schedules nothing', async t => {
  const agent = await openAgent(t)
  const before = agent.actions()
  const types = [
    'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json', '', 'application/json, text/plain',
    'application/json;charset=utf-16'
  ]
  for (const { path, body } of schedulingFaces) {
    for (const type of types) t.equal((await agent.post(path, body, { 'content-type': type })).statusCode, 415, `${path} as ${type}`)
    for (const origin of ['null', 'http://localhost:1', 'http://localhost.evil.example', 'https://127.0.0.1', 'file://', 'chrome-extension://x', '']) {
      t.equal((await agent.post(path, body, { origin, host: 'localhost:8000' })).statusCode, 403, `${path} from ${origin}`)
    }
    t.equal((await agent.post(path, body, { 'sec-fetch-site': 'cross-site' })).statusCode, 403, path)
    for (const header of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const overridden = await agent.app.inject({ method: 'GET', url: `${path}?_method=POST`, headers: { [header]: 'POST' } })
      t.ok(overridden.statusCode === 405 || overridden.json<{ actions?: unknown }>().actions !== undefined || overridden.statusCode === 400, `${path} with ${header}`)
    }
  }
  t.equal(agent.actions(), before)
  const socket = connectRaw(t, agent.url)
  socket.send('GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\nOrigin: http://evil.example\r\n\r\n')
  t.match(await socket.until(/\r\n\r\n/), /^HTTP\/1\.1 403 /)
  await agent.goesOn()
})

type Face = Pick<typeof schedulingFaces[number], 'path' | 'body'>

/** What a page can try. Runs in the browser; resolves with whatever it could read, which is to be nothing. */
async function attack ({ url, faces }: { url: string, faces: readonly Face[] }): Promise<string[]> {
  const read: string[] = []
  const settle = async (what: string, work: Promise<unknown>): Promise<void> => {
    const limit = new Promise(resolve => setTimeout(resolve, 5000))
    try {
      const got = await Promise.race([work, limit])
      if (got !== undefined && got !== '') read.push(`${what}: ${String(got)}`)
    } catch {}
  }
  const element = async (tag: string, source: string): Promise<unknown> => await new Promise((resolve, reject) => {
    const made = document.createElement(tag)
    made.addEventListener('load', () => resolve('loaded'))
    made.addEventListener('error', reject)
    made.setAttribute('src', source)
    document.body.append(made)
  })
  const text = async (answer: Promise<Response>): Promise<string> => await (await answer).text()
  for (const { path, body } of faces) {
    const target = url + path
    const json = JSON.stringify(body)
    await settle('cors', text(fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body: json })))
    await settle('simple', text(fetch(target, { method: 'POST', body: json })))
    await settle('no-cors', text(fetch(target, { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body: json })))
    navigator.sendBeacon(target, new Blob([json], { type: 'application/json' }))
    navigator.sendBeacon(target, json)
    const form = document.createElement('form')
    const frame = document.createElement('iframe')
    frame.name = `frame${path}`
    Object.assign(form, { method: 'post', action: target, enctype: 'text/plain', target: frame.name })
    const field = document.createElement('input')
    Object.assign(field, { name: `${json.slice(0, -1)},"x":"`, value: '"}' })
    form.append(field)
    document.body.append(frame, form)
    form.submit()
  }
  for (const path of ['/api/v1/actions', '/api/v1/kinds', '/openapi.json', '/docs', '/ui/', '/metrics']) {
    await settle('read', text(fetch(url + path)))
    await settle('read no-cors', text(fetch(url + path, { mode: 'no-cors' })))
    await settle('img', element('img', url + path))
    await settle('script', element('script', url + path).then(() => undefined))
  }
  await settle('events', new Promise((resolve, reject) => {
    const events = new EventSource(`${url}/api/v1/events`)
    events.onopen = () => resolve('open')
    events.onerror = reject
  }))
  await settle('socket', new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/events`)
    socket.onopen = () => resolve('open')
    socket.onerror = reject
  }))
  return read
}

if (chromiumPath === undefined) {
  t.pass('Chromium', { skip: withoutBrowser })
} else {
  t.test('a page of another origin reads nothing and schedules nothing, whatever it tries', async t => {
    const agent = await openAgent(t)
    const pages = createServer((_request, response) => { response.setHeader('content-type', 'text/html').end('<!doctype html><body>evil') })
    t.teardown(() => { pages.close().closeAllConnections() })
    await once(pages.listen(0, '127.0.0.1'), 'listening')
    const browser = await startBrowser(t, [`--host-resolver-rules=MAP ${evil} 127.0.0.1`])
    const before = agent.actions()
    const { port } = new URL(agent.url)
    const at = (host: string): string => `http://${host}:${(pages.address() as AddressInfo).port}`
    // The second is another port of the same site; the last is a name that was bound anew: to the browser one origin.
    const attempts = [
      { page: at(evil), target: `http://127.0.0.1:${port}` }, { page: at('localhost'), target: `http://localhost:${port}` },
      { page: at(evil), target: `http://${evil}:${port}` }
    ]
    for (const { page: from, target } of attempts) {
      const page = await browser.newPage()
      await page.goto(from)
      // The compiler of the tests has put calls of this around the functions.
      await page.addScriptTag({ content: 'globalThis.__name = value => value' })
      t.strictSame(await page.evaluate(attack, { url: target, faces: [...schedulingFaces] }), [], `${from} attacks ${target}`)
      await page.close()
    }
    const rebound = await browser.newPage()
    const answer = await rebound.goto(`http://${evil}:${port}/api/v1/actions`)
    t.equal(answer?.status(), 403, 'under the name that was bound to the agent nothing is served')
    t.match(await answer?.json(), { type: '/problems/host-refused' })
    t.equal(agent.actions(), before)
    await agent.goesOn()
  })
}
