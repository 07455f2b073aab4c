import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { eventually } from '../../support/eventually.js'
import { freePorts } from '../../support/free-ports.js'
import { createOutsideProgress } from '../../support/outside-progress.js'
import { launchProgram, runProgram, startProgram } from '../../support/program.js'
import { noTerminal, show, startInTerminal } from '../../support/terminal.js'

t.test('an agent that is killed and started again is ridden over, and this is told', async t => {
  const folder = t.testdir()
  const outside = createOutsideProgress(folder)
  const [port = 0] = await freePorts(1)
  const args = [...outside.args, '--bind', `127.0.0.1:${port}`]
  const first = await startProgram(t, { folder, args })
  outside.say({ percent: 10 })
  const env = { STEWARD_URL: first.url }
  const onPaper = runProgram(['run', outside.kind, '--follow'], { folder, env })
  const inSilence = runProgram(['run', 'agent.replicante.io/debug.success', '--wait', '-o', 'json'], { folder, env })
  await eventually('both are scheduled', async () => {
    const { actions } = await (await fetch(`${first.url}/api/v1/actions`)).json() as { actions: unknown[] }
    return actions.length === 2
  })
  const watched = noTerminal === false ? startInTerminal(t, ['run', outside.kind, '--follow'], { folder, env }) : null
  await eventually('it is watched', () => watched === null || watched.written().includes('NEW'))

  first.kill('SIGKILL')
  await first.exited
  await eventually('it is told', () => watched === null || watched.written().includes('Trying again.'))
  await launchProgram(t, { folder, args }).listening
  outside.say({ status: 'finished', percent: 100 })

  const { code, stdout, stderr } = await onPaper
  t.equal(code, 0)
  t.match(stdout, /^[0-9a-f-]{36} {2}DONE {2}/)
  const told = stderr.trim().split('\n')
  const remarks = told.filter(line => line.startsWith('steward: '))
  t.match(remarks, [/^steward: The agent at \S+ cannot be reached: .* Trying again\.$/, 'steward: the agent is back.'])
  t.equal(remarks.length, 2, 'once, however often it was tried')
  t.match(told, [/Z NEW$/, /Z RUNNING$/, /Z RUNNING \{/], 'each transition is a line')
  t.match(told.at(-1), /Z DONE \{/)
  t.equal(new Set(told).size, told.length, 'none is told twice')
  t.match(JSON.parse((await inSilence).stdout), { state: 'DONE' })
  if (watched === null) return
  t.equal(await watched.ended, 0)
  t.match(show(watched.written(), 200).lines.join('\n'), /Trying again\.\nsteward: the agent is back\.\n/)
})

t.test('a request whose answer is lost is sent again: there is one action, and this is told', async t => {
  const folder = t.testdir()
  const { url } = await startProgram(t, { folder })
  let lost = 0
  const proxy = createServer((request, answer) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => { parts.push(part) }).on('end', () => {
      const { method = 'GET', headers } = request
      const sent = { method, headers: { 'content-type': headers['content-type'] ?? '' }, ...method === 'GET' ? {} : { body: Buffer.concat(parts) } }
      fetch(`${url}${request.url}`, sent).then(async given => {
        const text = await given.text()
        if (method === 'POST' && lost++ === 0) request.socket.destroy()
        else answer.writeHead(given.status, { 'content-type': given.headers.get('content-type') ?? '' }).end(text)
      }).catch((error: unknown) => { request.socket.destroy(error as Error) })
    })
  })
  await new Promise<void>(resolve => { proxy.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { proxy.close() })

  const { code, stdout, stderr } = await runProgram(['run', 'agent.replicante.io/test.ping', 'count=2', '--wait', '-o', 'json'], {
    folder, env: { STEWARD_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }
  })

  t.equal(code, 0)
  t.equal(lost, 2, 'the request was sent twice')
  t.match(stderr, /it closed the connection\. Trying again\.\nsteward: the agent is back\.\n$/)
  const { actions } = await (await fetch(`${url}/api/v1/actions`)).json() as { actions: Array<{ id: string }> }
  t.equal(actions.length, 1)
  t.equal(actions[0]?.id, (JSON.parse(stdout) as { id: string }).id)
})
