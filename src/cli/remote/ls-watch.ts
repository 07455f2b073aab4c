import { setTimeout as delay } from 'node:timers/promises'
import { mayPass } from '../../client/patience.js'
import { systemClock } from '../../domain/clock.js'
import type { Terminal } from '../actions.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { fitTable } from '../fitted-table.js'
import { cutTo } from '../text-width.js'
import { actionColumns } from './action-table.js'
import { createBlock } from './block.js'
import { collect, type Collected, type ListWish } from './collect.js'
import { painter } from './colour.js'
import { printChanges } from './ls-changes.js'
import type { Remote } from './remote.js'
import { startWatching } from './watching.js'

/** What happens within this many milliseconds is shown together. */
const paceMs = 200
/** How old something is grows by itself. */
const agingMs = 1000

/** Shows the list until Ctrl-C: in place on a terminal, else with a line for each change. */
export async function watchList (remote: Remote, wish: ListWish): Promise<ExitCode> {
  const { terminal } = remote
  if (terminal?.out === true && terminal.err) await watchInPlace(remote, terminal, wish)
  else await printChanges(remote, wish)
  return exitCodes.ok
}

async function watchInPlace (remote: Remote, terminal: Terminal, wish: ListWish): Promise<void> {
  const news = createNews()
  let trouble: string | null = null
  const say = (words: string | null): void => {
    trouble = words
    news.tell()
  }
  const watch = await startWatching(remote, { onLost: say, onBack: () => { say(null) } })
  const paint = painter(remote)
  const block = createBlock(terminal)
  const over = new AbortController()
  const follow = async (): Promise<void> => {
    const events = watch.events[Symbol.asyncIterator]()
    while ((await events.next()).done !== true) news.tell()
    over.abort()
    news.tell()
  }
  const show = async (): Promise<void> => {
    let list: Collected | null = null
    for (news.tell(); !over.signal.aborted; await news.wait(agingMs - paceMs)) {
      if (news.take()) list = await newest(remote, wish, terminal) ?? list
      if (remote.signal.aborted) return
      const width = terminal.columns() - 1
      const remark = trouble ?? (list?.more === true ? 'There are more. Ctrl-C ends.' : 'Ctrl-C ends.')
      const look = { now: systemClock.now(), paint, personal: true }
      block.draw([
        ...fitTable(actionColumns(list?.actions ?? [], look), width),
        paint(cutTo(remark, width), trouble === null ? 'dim' : 'yellow')
      ])
      await delay(paceMs, undefined, { signal: remote.signal }).catch(() => {})
    }
  }
  try {
    await Promise.all([follow(), show()])
  } finally {
    watch.end()
    over.abort()
  }
}

/** The list as it is now, as long as a screen is; null where the agent cannot say so just now. */
async function newest ({ client, signal }: Remote, wish: ListWish, terminal: Terminal): Promise<Collected | null> {
  const rows = Math.max(1, terminal.rows() - 3)
  try {
    return await collect(client, { ...wish, limit: Math.min(wish.limit ?? rows, rows) }, signal)
  } catch (error) {
    if (signal.aborted || mayPass(error)) return null
    throw error
  }
}

interface News {
  tell (): void
  /** Whether there is any since the last time. */
  take (): boolean
  /** Resolves when there is some, or when the time in milliseconds is over. */
  wait (limitMs: number): Promise<void>
}

function createNews (): News {
  let some = false
  let wake = (): void => {}
  return {
    tell () {
      some = true
      wake()
    },
    take () {
      const was = some
      some = false
      return was
    },
    async wait (limitMs) {
      if (some) return
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, limitMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}
