import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAgentClient, type ActionView } from '../support/agent-client.js'
import { temporaryFolder } from '../support/engine.js'
import { eventually } from '../support/eventually.js'
import { freePorts } from '../support/free-ports.js'
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js'
import { startProgram, type Program } from '../support/program.js'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const caller = '00f067aa0ba902b7'
const traceparent = `00-${traceId}-${caller}-01`
const script = 'agent.steward/test.script'

type TracedView = ActionView & { readonly traceparent: string }

/** Schedules in the caller's trace. */
async function scheduleTraced (
  { url }: Program, body: object, headers: Record<string, string> = {}
): Promise<TracedView> {
  const response = await fetch(`${url}/api/v1/actions`, {
    method: 'POST', headers: { 'content-type': 'application/json', traceparent, ...headers }, body: JSON.stringify(body)
  })
  t.equal(response.status, 202)
  return await response.json() as TracedView
}

const tracesTo = (endpoint: string): string[] => ['--set', `traces.endpoint=${endpoint}`]
const ofTrace = ({ spans }: OtlpReceiver): ReceivedSpan[] => spans().filter(span => span.traceId === traceId)

async function stopInTime (t: Test, program: Program): Promise<void> {
  program.kill('SIGTERM')
  t.strictSame(await program.exited, { code: 0, signal: null })
}

/** The lines of the log that are about an action. */
function linesOf (program: Program, id: string): Array<Record<string, unknown>> {
  const lines = program.output().split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Record<string, unknown>)
  return lines.filter(({ action, msg }) => action === id && String(msg).startsWith('action '))
}

t.test('all that an action does is in its caller\'s trace, also when the agent is killed and started again', async t => {
  const folder = temporaryFolder(t)
  const collector = await startOtlpReceiver(t)
  const args = tracesTo(collector.url)
  const first = await startProgram(t, { folder, args })
  const steps = [{ do: 'progress', payload: 'hunter2' }, { do: 'sleep', ms: 3_600_000 }]
  const { id, traceparent: own } = await scheduleTraced(first, { kind: script, args: { steps }, headers: { note: 'hunter2' } }, {
    tracestate: 'vendor=value', 'x-request-id': 'r-1', cookie: 'hunter2'
  })
  await eventually('the progress was sent', () => ofTrace(collector).some(({ name }) => name === 'progress'))
  first.kill('SIGKILL')
  await first.exited

  const second = await startProgram(t, { folder, args })
  await createAgentClient(second.url).post(`/actions/${id}/cancel`)
  await createAgentClient(second.url).finished(id)
  await stopInTime(t, second)

  const spans = ofTrace(collector)
  const named = (name: string): ReceivedSpan[] => spans.filter(span => span.name === name)
  const [request] = named('POST /api/v1/actions')
  t.match(request, { parentSpanId: caller, traceState: 'vendor=value', kind: 2, attributes: { 'steward.request.id': 'r-1', 'http.response.status_code': '202' } })
  t.equal(own, `00-${traceId}-${request?.spanId}-01`, 'the action shows the span of its request')
  t.match(named('wait'), [{ parentSpanId: request?.spanId, traceState: 'vendor=value' }])
  const [died, resumed] = named('run')
  t.match(died, { parentSpanId: request?.spanId, status: { code: 2 }, attributes: { 'steward.run.resumed': false, 'steward.run.interrupted': true } })
  t.match(resumed, {
    parentSpanId: request?.spanId, status: { code: 2, message: /cancelled/ }, attributes: { 'steward.run.resumed': true, 'steward.action.state': 'FAILED' }
  })
  t.ok(named('progress').length >= 1)
  t.equal(named('progress')[0]?.parentSpanId, died?.spanId, 'what the dead agent sent belongs to its run')
  t.equal(spans.length, 4 + named('progress').length, 'and there is nothing else')

  const byId = new Map(spans.map(span => [span.spanId, span]))
  for (const { name, parentSpanId = '', startTimeUnixNano: start, endTimeUnixNano: end, resource } of spans) {
    t.ok(BigInt(start) <= BigInt(end), name)
    if (parentSpanId !== caller) t.ok(BigInt(byId.get(parentSpanId)!.startTimeUnixNano) <= BigInt(start), `${name} begins after its parent`)
    t.match(resource, { 'service.name': 'steward' })
  }
  t.notMatch(JSON.stringify(collector.requests), /hunter2/)
  t.notMatch(first.output() + second.output(), /hunter2/)
  for (const line of [...linesOf(first, id), ...linesOf(second, id)]) t.match(line, { request: 'r-1', trace: traceId })
  t.strictSame([...linesOf(first, id), ...linesOf(second, id)].map(({ to }) => to).filter(to => to !== 'RUNNING'), ['NEW', 'FAILED'])
})

t.test('without traceparent a trace begins with the request; what machines ask all the time begins none', async t => {
  const collector = await startOtlpReceiver(t)
  const program = await startProgram(t, { folder: temporaryFolder(t), args: tracesTo(collector.url) })
  for (const path of ['/livez', '/readyz', '/metrics']) await fetch(`${program.url}${path}`, { headers: { traceparent } })
  const { id } = await createAgentClient(program.url).schedule('agent.replicante.io/debug.success')
  await createAgentClient(program.url).finished(id)
  await stopInTime(t, program)

  const [post] = collector.spans().filter(({ name }) => name === 'POST /api/v1/actions')
  t.notOk(post?.parentSpanId)
  const below = collector.spans().filter(({ parentSpanId }) => parentSpanId === post?.spanId)
  t.strictSame(below.map(({ name }) => name).sort(), ['run', 'wait'])
  t.strictSame(ofTrace(collector), [])
  t.notMatch(collector.spans().map(({ name }) => name).join(), /livez|readyz|metrics/)
})

t.test('no collector, or a bad one, holds anything up', async t => {
  const [port = 0] = await freePorts(1)
  const slow = await startOtlpReceiver(t)
  slow.answer(() => null)
  const broken = await startOtlpReceiver(t)
  broken.answer(() => ({ status: 500 }))
  for (const endpoint of [`http://127.0.0.1:${port}`, slow.url, broken.url]) {
    const program = await startProgram(t, { folder: temporaryFolder(t), args: tracesTo(endpoint) })
    const client = createAgentClient(program.url)
    for (let index = 0; index < 20; index++) {
      const { id } = await client.schedule('agent.replicante.io/debug.success')
      t.match(await client.finished(id), { state: 'DONE' })
    }
    await stopInTime(t, program)
    const metrics = program.output().split('\n').filter(line => line.includes('collector of traces'))
    t.ok(metrics.length >= 1 && metrics.length <= 2, `${endpoint}: told once, and at the end how many spans are lost`)
  }
})

t.test('what records traces is loaded only where they go somewhere, and OpenTelemetry\'s variables decide nothing', async t => {
  const collector = await startOtlpReceiver(t)
  const other = await startOtlpReceiver(t)
  const folder = temporaryFolder(t)
  const headers = join(folder, 'collector.headers')
  writeFileSync(headers, 'authorization: configured\n')
  const loadedBy = async (args: readonly string[]): Promise<string> => {
    const record = join(temporaryFolder(t), 'modules')
    const program = await startProgram(t, {
      folder: temporaryFolder(t),
      args,
      env: {
        NODE_OPTIONS: `--import=${new URL('../support/loaded-modules.mjs', import.meta.url)}`,
        LOADED_MODULES: record,
        ...variables(other.url)
      }
    })
    await scheduleTraced(program, { kind: 'agent.replicante.io/debug.success' })
    await stopInTime(t, program)
    const foreign = program.output().split('\n').filter(line => /otel|otlp|opentelemetry/i.test(line))
    t.strictSame(foreign, [], 'the SDK writes nothing')
    const modules = readFileSync(record, 'utf8')
    t.match(modules, /\/dist\/agent\.js$/m)
    return modules
  }

  t.notMatch(await loadedBy([]), /traces\/(traces|exporter)\.js|opentelemetry/)
  const modules = await loadedBy([...tracesTo(collector.url), '--set', `traces.headers_file=${headers}`])
  t.match(modules, /traces\/exporter\.js/)
  t.match(modules, /@opentelemetry\/exporter-trace-otlp-http/)
  t.strictSame(ofTrace(collector).map(({ name }) => name).sort(), ['POST /api/v1/actions', 'run', 'wait'])
  t.match(ofTrace(collector)[0], { resource: { 'service.name': 'steward' } })
  t.equal(collector.requests[0]?.headers.authorization, 'configured')
  t.notOk(collector.requests[0]?.headers['content-encoding'])
  t.strictSame(other.requests, [])
})

/** What would send the traces elsewhere or nowhere, and what is not valid. */
const variables = (elsewhere: string): Record<string, string> => ({
  OTEL_SDK_DISABLED: 'true',
  OTEL_LOG_LEVEL: 'all',
  OTEL_SERVICE_NAME: 'otel',
  OTEL_RESOURCE_ATTRIBUTES: 'service.name=otel',
  OTEL_TRACES_SAMPLER: 'always_off',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_ATTRIBUTE_COUNT_LIMIT: '0',
  OTEL_EXPORTER_OTLP_ENDPOINT: elsewhere,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ':not a URL:',
  OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=otel,broken=%zz,=,',
  OTEL_EXPORTER_OTLP_TIMEOUT: '-1',
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: 'soon',
  OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/at/all.pem',
  OTEL_BSP_MAX_QUEUE_SIZE: '0',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: 'many',
  OTEL_BSP_SCHEDULE_DELAY: '-5'
})

t.test('the headers of the file reach the collector and nobody else; one that cannot be read stops the start', async t => {
  const folder = temporaryFolder(t)
  const collector = await startOtlpReceiver(t)
  const headers = join(folder, 'collector.headers')
  const args = [...tracesTo(collector.url), '--set', `traces.headers_file=${headers}`]
  const refused = startProgram(t, { folder, args })
  await t.rejects(refused, /headers file .* cannot be read: ENOENT/)
  writeFileSync(headers, 'authorization: Bearer hunter2\n')

  const program = await startProgram(t, { folder, args })
  await scheduleTraced(program, { kind: 'agent.replicante.io/debug.success' })
  await stopInTime(t, program)

  t.equal(collector.requests[0]?.headers.authorization, 'Bearer hunter2')
  t.notMatch(program.output() + JSON.stringify(collector.requests.map(({ body }) => body)), /hunter2/)
})
