const id = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'

const summary = {
  id,
  kind: 'sqlite.steward/backup',
  state: 'DONE',
  lane: 'main',
  requester: 'AGENT_API',
  principal: 'local',
  protocol: 'api',
  remote_address: '127.0.0.1',
  created_ts: '2026-11-21T07:36:00.000Z',
  scheduled_ts: '2026-11-21T07:36:00.000Z',
  started_ts: '2026-11-21T07:36:00.004Z',
  finished_ts: '2026-11-21T07:36:01.250Z',
  cancel_requested_ts: null,
  failure: null,
  interruptions: 0,
  version: 3
}

const payload = { file: 'app.db-0198c5a1.backup', bytes: 8192, pages: 2, integrity: 'ok' }

const origin = { request_id: 'nightly-17', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }

const action = { ...summary, ...origin, args: null, headers: {}, state_payload: payload }

/** Examples of requests and answers. A test holds each against its schema. */
export const examples = {
  // One that every agent has: Swagger UI sends it as it is.
  request: { kind: 'agent.replicante.io/test.ping', args: { count: 3 } },
  newAction: { ...action, state: 'NEW', started_ts: null, finished_ts: null, state_payload: null, version: 1 },
  cancelledAction: {
    ...action, state: 'RUNNING', finished_ts: null, cancel_requested_ts: '2026-11-21T07:36:00.900Z', state_payload: null
  },
  action,
  actionDetail: {
    ...action,
    history: [
      { timestamp: '2026-11-21T07:36:00.000Z', state: 'NEW', state_payload: null },
      { timestamp: '2026-11-21T07:36:00.004Z', state: 'RUNNING', state_payload: null },
      { timestamp: '2026-11-21T07:36:01.250Z', state: 'DONE', state_payload: payload }
    ]
  },
  actionPage: {
    actions: [{ ...summary, state: 'FAILED', failure: { reason: 'timeout', error: 'The action took longer than its kind allows.' } }, summary],
    next: null,
    gap: false
  },
  principal: { name: 'core', method: 'token', scopes: ['read', 'schedule:agent.replicante.io/*'], remote_address: '10.0.0.7' },
  auditPage: {
    entries: [{
      action_id: id,
      kind: 'sqlite.steward/backup',
      state: 'FAILED',
      requester: 'AGENT_API',
      scheduled: { timestamp: '2026-11-21T07:36:00.000Z', principal: 'core', protocol: 'api', remote_address: '10.0.0.7' },
      cancelled: { timestamp: '2026-11-21T07:36:00.900Z', principal: 'local', protocol: 'api', remote_address: '127.0.0.1' }
    }],
    next: null,
    gap: false
  },
  kind: {
    kind: 'sqlite.steward/checkpoint',
    summary: 'Moves the content of the write-ahead log into the database file.',
    args: { type: 'object', additionalProperties: false, properties: { mode: { enum: ['passive', 'full', 'restart', 'truncate'] } } },
    example: { mode: 'passive' },
    timeout_ms: 60000,
    on_interrupt: 'resume'
  },
  agentInfo: {
    version: { number: '0.1.0', checkout: '76d2404a87a9c0bc', taint: 'not tainted' },
    started_ts: '2026-11-21T07:30:12.345Z',
    actions_disabled: null
  },
  datastoreInfo: {
    kind: 'sqlite',
    node: { id: 'node-1', status: 'HEALTHY', status_reason: null, addresses: {}, attributes: { page_size: 4096 } },
    cluster: { id: 'sqlite-node-1', display_name: null, attributes: {} },
    version: { number: '3.53.2', checkout: null, extra: null }
  },
  shards: { shards: [{ id: 'app.db', role: 'primary', commit_offset: { value: 42, unit: 'changes' }, lag: null }] },
  activity: {
    since: '2026-11-21T06:37:00.000Z',
    step_seconds: 60,
    complete_since: '2026-11-21T06:37:00.000Z',
    lanes: [{ lane: 'main', waiting: 1, running: 1 }],
    other_lanes: 0,
    // There are 60; these are the ends.
    samples: [
      { timestamp: '2026-11-21T06:37:00.000Z', scheduled: 0, started: 0, done: 0, failed: 0, waiting: 0, running: 0 },
      { timestamp: '2026-11-21T07:36:00.000Z', scheduled: 4, started: 3, done: 1, failed: 1, waiting: 1, running: 1 }
    ]
  },
  events: 'event: transition\n' +
    'id: 2f1c8a30-1043-1795246560000\n' +
    `data: {"action_id":"${id}","kind":"sqlite.steward/backup","lane":"main","protocol":"api",` +
    '"timestamp":"2026-11-21T07:36:00.000Z","state":"NEW","state_payload":null}\n\n'
} as const
