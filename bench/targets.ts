import type { Place, Target } from './harness/targets.js'
import { durablePeers } from './scenarios/peers.js'
import { pages } from './scenarios/size.js'

function place (scenario: string): (contender: string, metric: string) => Place {
  return (contender, metric) => ({ scenario, contender, metric })
}

const scheduled = place('schedule')
const drained = place('drain')
const inBoth = place('both')
const picked = place('pickup')
const sized = place('size')

const many = 'HTTP, 64 clients'

const scheduling: Target[] = [
  {
    what: 'scheduling, 64 clients, against Fastify without a store',
    of: scheduled('steward api', many),
    against: scheduled('fastify', many),
    atLeast: 0.45
  },
  {
    what: 'the same against BullMQ, appendfsync=always',
    of: scheduled('steward api', many),
    against: scheduled('bullmq durable', many),
    atLeast: 1.1
  },
  {
    what: 'the same against plainjob, durable',
    of: scheduled('steward api', many),
    against: scheduled('plainjob durable', many),
    atLeast: 4.5
  },
  {
    what: 'p99 of scheduling while the executor drains, against Fastify\'s p99',
    of: inBoth('steward api', `${many}, p99`),
    against: inBoth('fastify', `${many}, p99`),
    atMost: 6
  }
]

const draining: Target[] = [
  {
    what: 'draining, against raw better-sqlite3 with one transaction per action',
    of: drained('steward program', 'one worker'),
    against: drained('sqlite', 'one worker'),
    atLeast: 0.85
  },
  ...durablePeers.map(peer => ({
    what: `draining, against ${peer}`,
    of: drained('steward program', 'one worker'),
    against: drained(peer, 'one worker'),
    atLeast: 1
  }))
]

const pickingUp: Target[] = ['p50', 'p99'].map(share => ({
  what: `pick-up on an idle queue, ${share}, against plainjob durable with 1 ms polling`,
  of: picked('steward', `call to handler, ${share}`),
  against: picked('plainjob durable', `call to handler, ${share}`),
  atMost: 1
}))

/** What a page costs is a time: 0.8 of the speed is 1.25 of the time. */
const paging: Target[] = Object.keys(pages).map(page => ({
  what: `${page}: full against the first page of the same list in a small one`,
  of: sized('steward full', page),
  against: sized('steward small', firstPageLike(page)),
  atMost: 1.25
}))

/** The first page of the same list. */
function firstPageLike (page: string): string {
  return page.replace(/, oldest$/, ', newest')
}

const sizes: Target[] = [
  {
    what: 'scheduling with the full database, against the empty one',
    of: sized('steward full', 'schedule, 64 clients'),
    against: sized('steward empty', 'schedule, 64 clients'),
    atLeast: 0.9
  },
  {
    what: 'draining with the full database, against the empty one',
    of: sized('steward full', 'drain'),
    against: sized('steward empty', 'drain'),
    atLeast: 0.9
  },
  ...paging,
  { what: 'memory with the full database, idle, MB', of: sized('steward full', 'memory (RSS), idle'), atMost: 150 },
  {
    what: 'start to first answer with the full database, against the empty one',
    of: sized('steward full', 'start to first answer'),
    against: sized('steward empty', 'start to first answer'),
    atMost: 1.2
  }
]

/** What Steward is to reach, each as a ratio within one run where there is something to compare with. */
export const targets: readonly Target[] = [
  ...scheduling, ...draining, ...pickingUp, ...sizes,
  {
    what: 'processor, idle with 1,000 long polls and 200 event streams, % of a core',
    of: place('idle')('steward', 'processor, of one core'),
    atMost: 2
  },
  { what: 'events lost by 200 watchers', of: place('sse')('steward', 'events lost'), atMost: 0 }
]
