const id = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'
const kind = 'agent.replicante.io/test.loop'
const created = '2026-11-21T07:36:00.000Z'

/** Examples of requests and answers. A test holds each against its schema. */
export const examples = {
  node: {
    address: { client: 'db-1.example:5432', member: null },
    agent_version: { checkout: '76d2404a87a9c0bc', number: '0.1.0', taint: 'not tainted' },
    attributes: { page_size: 4096 },
    node_id: 'node-1',
    node_status: 'HEALTHY',
    store_id: 'sqlite',
    store_version: { number: '3.53.2' }
  },
  store: { cluster_id: 'sqlite-node-1', attributes: {} },
  shards: {
    shards: [{ id: 'app.db', role: 'Primary', commit_offset: { unit: { unit: 'changes' }, value: 42 }, lag: null }]
  },
  finished: { actions: [{ id, kind, phase: 'DONE' }] },
  queue: { actions: [{ id, kind, phase: 'RUNNING' }] },
  execution: {
    args: { target: 3 },
    created_time: created,
    finished_time: null,
    id,
    kind,
    metadata: { 'replicante.io/reason': 'rehearsal' },
    scheduled_time: '2026-11-21T07:36:00.004Z',
    state: { error: null, payload: { count: 2, target: 3 }, phase: 'RUNNING' }
  },
  request: { kind, args: { target: 3 }, created_time: created, id, metadata: { 'replicante.io/reason': 'rehearsal' } },
  scheduled: { id }
} as const
