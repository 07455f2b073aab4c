import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { ActionSummary } from '../../client/model.js'
import { exitCodes } from '../exit-codes.js'
import { actionLine } from './action-text.js'
import { painter } from './colour.js'
import { CommandTrouble } from './command-trouble.js'
import type { Remote } from './remote.js'

/** So many actions are shown with the question. */
const shown = 10

/** Asks whether something is to be done to actions; true for yes. Throws `CommandTrouble` where nobody can be asked. */
export async function confirm (question: string, actions: readonly ActionSummary[], remote: Remote):
Promise<boolean> {
  const { terminal, err, signal } = remote
  if (terminal?.err !== true || !process.stdin.isTTY) {
    throw new CommandTrouble(exitCodes.usage, `${actions.length} ${actions.length === 1 ? 'action fits' : 'actions fit'}. Nobody is at a terminal who could be asked: --yes goes on without asking.`)
  }
  for (const action of actions.slice(0, shown)) err(`  ${actionLine(action, painter(remote, 'err'))}`)
  if (actions.length > shown) err(`  and ${actions.length - shown} more`)
  terminal.draw(`${question} [y/N] `)
  // Not as an editor of lines: Ctrl-C stays the signal that it is everywhere.
  const lines = createInterface({ input: process.stdin, terminal: false })
  const closed = once(lines, 'close')
  try {
    const [answer] = await Promise.race([once(lines, 'line', { signal }), closed]) as [string?]
    // Ctrl-D leaves the cursor behind the question.
    if (answer === undefined) terminal.draw('\n')
    return /^\s*y(es)?\s*$/i.test(answer ?? '')
  } catch (error) {
    terminal.draw('\n')
    throw error
  } finally {
    lines.close()
  }
}
