import { readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import { launchProgram, type Exit, type Launched } from '../../support/program.js'
import { below, type Random } from '../../support/random.js'
import type { Moment } from './moments.js'

const selfKill = new URL('../../support/self-kill.mjs', import.meta.url).href

/** Between a SIGTERM and the SIGKILL after it. Milliseconds. */
const longestStopMs = 40

interface LifeOptions {
  readonly args: readonly string[]
  readonly moment: Moment
}

/** The lives of one agent, one after the other. */
export interface Lives {
  /** Starts the agent, to be ended at a moment; resolves when it listens or has ended. */
  begin (options: LifeOptions): Promise<BegunLife>
  /** Whether the last life ended while the write-ahead log was being folded back. */
  diedFolding (): boolean
}

/** A life that has begun, and whoever ends it. */
export interface BegunLife {
  readonly launched: Launched
  /** Where it listens; null when it was killed before. */
  readonly url: string | null
  /** To be called with each acknowledgement or event: ends the life when its time has come. */
  onNews (): void
  /** To be called when the load is over: ends the life, if nothing else has. */
  onEnough (): void
  /** How it ended. */
  readonly ended: Promise<LifeEnd>
}

/** How a life ended. */
export interface LifeEnd extends Exit {
  /** True when the moment was hit: not when the load was over before it came. */
  readonly hit: boolean
}

/** Gives an agent its lives in a folder. */
export function createLives (t: Test, { folder, random }: { readonly folder: string, readonly random: Random }): Lives {
  /** How long a start took: a strike within this time may fall anywhere into the next. Milliseconds. */
  let startMs = 500
  return {
    async begin ({ args, moment }) {
      const { self, strikes } = moment
      const env: Record<string, string> = self === undefined
        ? {}
        : { NODE_OPTIONS: `--import=${selfKill}`, KILL_AT: `${self.at}:${1 + below(random, self.upTo)}` }
      const began = performance.now()
      const launched = launchProgram(t, { folder, args, env })
      const reaper = createReaper(launched, { moment, random })
      const unwatch = strikes === 'checkpoint' ? strikeAtCheckpoint(join(folder, 'data'), reaper) : () => {}
      if (strikes === 'starting') setTimeout(reaper.strike, below(random, startMs))
      const url = await launched.listening
      if (url !== null) startMs = performance.now() - began
      if (url !== null && strikes === 'listening') reaper.giveUp()
      return begunLife({ launched, url, reaper, moment, unwatch })
    },
    diedFolding: () => diedFolding(folder)
  }
}

interface LifeParts extends Pick<BegunLife, 'launched' | 'url'> {
  readonly reaper: Reaper
  readonly moment: Moment
  readonly unwatch: () => void
}

function begunLife ({ launched, url, reaper, moment: { strikes }, unwatch }: LifeParts): BegunLife {
  return {
    launched,
    url,
    onNews: strikes === 'load' ? reaper.count : () => {},
    onEnough: reaper.giveUp,
    ended: launched.exited.then(exit => {
      unwatch()
      return { ...exit, hit: reaper.hit(exit) }
    })
  }
}

interface Reaper {
  /** Strikes now. */
  strike (): void
  /** Counts, and strikes when enough was counted. */
  count (): void
  /** Strikes although the moment has not come. */
  giveUp (): void
  hit (exit: Exit): boolean
}

function createReaper (launched: Launched, { moment, random }: Pick<LifeOptions, 'moment'> & { random: Random }): Reaper {
  const { self } = moment
  const killsItself = self !== undefined && moment.with === 'kill'
  let left = killsItself ? Infinity : 1 + below(random, 60)
  let turns = below(random, 20)
  let state: 'waiting' | 'struck' | 'given up' = 'waiting'

  async function strikeWith (): Promise<void> {
    if (moment.with === 'kill') return launched.kill('SIGKILL')
    launched.kill('SIGTERM')
    if (moment.with === 'term') return
    await pause(below(random, longestStopMs))
    launched.kill('SIGKILL')
  }

  function inSomeTurns (): void {
    if (turns-- > 0) setImmediate(inSomeTurns)
    else strikeNow()
  }

  function strikeNow (): void {
    state = 'struck'
    strikeWith().catch(() => {})
  }

  return {
    strike () {
      if (state !== 'waiting') return
      strikeNow()
    },
    count () {
      if (state !== 'waiting' || --left > 0) return
      state = 'struck'
      inSomeTurns()
    },
    giveUp () {
      if (state !== 'waiting') return
      state = 'given up'
      if (moment.with === 'term') launched.kill('SIGTERM')
      else launched.kill('SIGKILL')
    },
    hit ({ signal }) {
      if (self !== undefined) return killsItself ? state === 'waiting' : signal === 'SIGKILL'
      return state === 'struck'
    }
  }
}

/** In WAL mode the database file itself changes only while the log is folded back. */
function strikeAtCheckpoint (folder: string, { strike }: Reaper): () => void {
  const watcher = watch(join(folder, 'steward.db'), strike)
  return () => { watcher.close() }
}

/**
 * Whether the process died while it folded the write-ahead log back, by the log's index, which outlives it
 * (https://sqlite.org/walformat.html: `nBackfill` and, beyond it, `nBackfillAttempted`).
 */
function diedFolding (folder: string): boolean {
  try {
    const index = readFileSync(join(folder, 'data', 'steward.db-shm'))
    return index.readUInt32LE(128) > index.readUInt32LE(96)
  } catch {
    // Stopped in good order: no index is left.
    return false
  }
}
