import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { drainedPerSecond, queueActions, unfinished } from '../harness/database.js'
import { figure, type Contender, type Scenario } from '../harness/scenario.js'
import { databaseIn, withSteward } from '../harness/steward.js'
import { contendersOf, limit, peers, queueOfSteward } from './peers.js'

const metric = 'one worker'

/** The program finds the backlog when it starts; the rate is read from its own history afterwards. */
const program: Contender = {
  name: 'steward program',
  durability: 'WAL, synchronous=FULL',
  async measure ({ folder, quick }) {
    const database = databaseIn(folder)
    mkdirSync(dirname(database))
    await queueActions(database, quick ? 2000 : 20_000)
    await withSteward(folder, async () => {
      // Looked at seldom, so that the looking costs nothing.
      while (unfinished(database) > 0) await setTimeout(250)
    })
    return [figure(metric, '/s', drainedPerSecond(database))]
  }
}

/** Working off a backlog. */
export const drain: Scenario = {
  name: 'drain',
  about: 'Carrying out a backlog of no-op actions, one at a time; Steward and raw SQLite write two transitions for each.',
  contenders: [
    program,
    ...[contendersOf([limit, queueOfSteward], measure), peers(measure)].flat()
  ]
}

async function measure ({ ask }: Parameters<Parameters<typeof peers>[0]>[0], { quick }: { quick: boolean }) {
  const jobs = quick ? 2000 : 15_000
  const perSecond = await ask<number>({ do: 'drain', jobs, fillMs: quick ? 1000 : 3000, ms: quick ? 1000 : 3000 })
  return [figure(metric, '/s', perSecond)]
}
