/**
 * The commands of an external action whose work is to make a file: `node outside-command.mjs FOLDER COMMAND`, with the
 * command `action`, `check` or `cancel`.
 *
 * `FOLDER/journal` gets the id of every action that was begun, on disk before the work; `FOLDER/effects/ID` is the
 * work; `FOLDER/cancelled/ID` is made by the cancel command. The arguments of the action say where things go wrong:
 * `kill` is the point at which the agent is killed (`action-begin`, `action-end`, `check`, `cancel`), once unless
 * `always` is true, and only a cancel command dies with it; `idle: true` leaves the work undone; `held: true` waits
 * before the work until whoever writes to the named pipe `FOLDER/gate` closes it.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const [folder, command] = process.argv.slice(2)
const { id, args } = JSON.parse(readFileSync(0, 'utf8'))
const agent = process.ppid
const effect = join(folder, 'effects', id)

/** Appends a line to a file and brings it to disk. */
function record (file, line) {
  const descriptor = openSync(join(folder, file), 'a')
  writeSync(descriptor, `${line}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
}

/** True when it has killed the agent. */
function killAt (point) {
  if (args.kill !== point) return false
  const mark = join(folder, `killed-${id}`)
  if (existsSync(mark) && args.always !== true) return false
  writeFileSync(mark, '')
  // Whoever adopted an orphan is not the agent.
  if (readFileSync(`/proc/${agent}/cmdline`, 'utf8').includes('main.js\0serve')) process.kill(agent, 'SIGKILL')
  return true
}

const has = (file, line) => existsSync(join(folder, file)) && readFileSync(join(folder, file), 'utf8').split('\n').includes(line)

const commands = {
  action () {
    record('journal', id)
    killAt('action-begin')
    if (args.held === true) readFileSync(join(folder, 'gate'))
    if (args.idle !== true) writeFileSync(effect, '')
    killAt('action-end')
  },
  check () {
    record('checks', id)
    killAt('check')
    if (existsSync(effect)) return { status: 'finished' }
    return has('journal', id) ? { status: 'running' } : { status: 'failed', error: 'the work was never begun' }
  },
  cancel () {
    if (killAt('cancel')) return
    writeFileSync(join(folder, 'cancelled', id), '')
  }
}

const answer = commands[command]()
if (answer !== undefined) process.stdout.write(JSON.stringify(answer))
