import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../../support/eventually.js'
import type { Random } from '../../support/random.js'
import { createCanceller, createChecker, createClient, createLooker, type Actor } from './actors.js'
import { ask, createApiFace, createClassicFace, createNextFace, createWorkflowFace, type WorkflowFace } from './faces.js'
import { createJournal, type Journal } from './journal.js'
import type { BegunLife } from './lives.js'
import { readRecords, type Recorded } from './records.js'
import { createWatcher, type Watcher } from './watcher.js'
import type { Work } from './work.js'

/** Everybody who works with the agent, through all of its lives. */
export interface Storm {
  readonly journal: Journal
  readonly watchers: readonly Watcher[]
  readonly workflows: readonly WorkflowFace[]
  /** Works with the agent until it has died; gives the life up after so many requests were acknowledged. */
  rage (life: BegunLife, amount: Amount): Promise<void>
  /** Works with the last agent until everything has ended and everybody has heard of it; gives what is on record. */
  calm (life: BegunLife): Promise<Recorded[]>
}

/** What the clients ask for in one life. */
interface Amount {
  readonly limit: number
  /** Nothing but this; absent: what chance says. */
  readonly sole?: Work
}

interface StormOptions {
  readonly random: Random
  /** What was there before, made by a journal; returns the id of an event before all others. */
  readonly prepare: (journal: Journal) => string
}

/** What the last life is given to do, so that everything that was cut off is sent once more. */
const lastRequests = 30
const paceMs = 25

/** Gathers the clients. */
export function createStorm ({ random, prepare }: StormOptions): Storm {
  const journal = createJournal()
  const beginning = prepare(journal)
  const now = { acknowledged: 0, limit: 0, sole: null as Work | null, onNews: () => {} }
  const workflows = ['storm-1', 'storm-2'].map(createWorkflowFace)
  const managers = [createApiFace(), createClassicFace(), createNextFace()]
  const faces = [createApiFace(), createApiFace(), createClassicFace(), createNextFace(), ...managers, ...workflows]
  const clients = faces.map(face => createClient({
    ...{ journal, random, face },
    sole: () => now.sole,
    isEnough: () => now.acknowledged >= now.limit,
    onAcknowledged: () => {
      now.acknowledged++
      now.onNews()
    }
  }))
  const others = [
    createLooker({ journal, random, faces: managers }),
    createCanceller({ journal, random }),
    ...workflows.map(face => createChecker({ face }))
  ]
  const watchers = [
    createWatcher({ beginning, onEvent: () => { now.onNews() } }),
    createWatcher({ beginning, impatient: random })
  ]

  async function load (url: string, { limit, sole }: Amount): Promise<void> {
    Object.assign(now, { acknowledged: 0, limit, sole: sole ?? null })
    await together(clients, { url, isOver: () => false })
  }

  return {
    journal,
    watchers,
    workflows,
    async rage (begun, amount) {
      const { url, onNews, onEnough, ended } = begun
      if (url === null) return
      now.onNews = onNews
      await Promise.all([
        load(url, amount).finally(onEnough),
        together(others, { url, isOver: () => false }),
        ...watchers.map(async watcher => { await watcher.follow(url) }),
        ended
      ])
    },
    async calm (begun) {
      const { url, launched, ended } = begun
      if (url === null) throw new Error(`the last agent does not listen: ${launched.output()}`)
      now.onNews = () => {}
      let isOver = false
      const working = together(others, { url, isOver: () => isOver })
      const watching = Promise.all(watchers.map(async watcher => { await watcher.follow(url) }))
      await load(url, { limit: lastRequests })
      while (!await isIdle(begun)) await pause(paceMs)
      isOver = true
      await working
      await Promise.all(workflows.map(async face => { await hearAll(face, url) }))
      const records = await readRecords(url, { journal, seen: watchers[0]?.events ?? [] })
      for (const watcher of watchers) {
        await eventually('the watchers have heard of every end', () => hasHeard(watcher, records))
      }
      launched.kill('SIGTERM')
      await Promise.all([watching, ended])
      return records
    }
  }
}

async function together (actors: readonly Actor[], life: Parameters<Actor>[0]): Promise<void> {
  await Promise.all(actors.map(async actor => { await actor(life) }))
}

async function isIdle ({ url, launched }: BegunLife): Promise<boolean> {
  const answer = await ask(`${url}/api/v1/actions?state=NEW,RUNNING&limit=1`)
  if (answer === null) throw new Error(`the last agent is gone: ${launched.output().slice(-3000)}`)
  const { actions } = answer.body as { actions?: unknown[] }
  return actions?.length === 0
}

/** A check tells of so many at most; the next goes on. */
async function hearAll (face: WorkflowFace, url: string): Promise<void> {
  let known = -1
  while (known !== face.told.length) {
    known = face.told.length
    await face.check(url)
  }
}

function hasHeard ({ events }: Watcher, records: readonly Recorded[]): boolean {
  const heard = new Set(events.map(event => event.action_id + event.state))
  return records.every(({ id, state }) => heard.has(id + state))
}
