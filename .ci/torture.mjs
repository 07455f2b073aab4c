/**
 * `npm run torture`: what CI does for minutes, for hours. Prepares the checkout, then runs the suites that break
 * things, and at the end the endurance run. Arguments choose parts:
 *
 *     npm run torture -- kill              kill -9 at every kind of moment
 *     npm run torture -- power disk        the suites of test/faults whose names begin so
 *     npm run torture -- fuzz              every route and parser from its own description
 *     npm run torture -- endurance --actions 100000 --save
 *
 * Options go to the endurance run. At the end it says what ran, how long, and what failed; its exit code is 1 when
 * anything did. `STEWARD_TEST_SEED` chooses the same again where a suite chooses at random.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

const words = process.argv.slice(2)
const firstOption = words.findIndex(word => word.startsWith('-'))
const names = firstOption === -1 ? words : words.slice(0, firstOption)
const options = firstOption === -1 ? [] : words.slice(firstOption)

/** Longer than any suite takes, in seconds: what hangs ends all the same. */
const limit = 6 * 3600
const tap = file => [join('node_modules', '.bin', 'tap'), 'run', '--jobs=1', `--timeout=${limit}`, file]

const suitesIn = folder => readdirSync(join(root, 'test', folder)).filter(file => file.endsWith('.test.ts'))
const parts = [
  { name: 'kill', runs: ['test/process/kill-points.test.ts', 'test/process/crash.test.ts'].map(tap) },
  ...suitesIn('faults').map(file => ({ name: file.replace('.test.ts', ''), runs: [tap(join('test', 'faults', file))] })),
  { name: 'fuzz', runs: suitesIn('fuzz').map(file => tap(join('test', 'fuzz', file))) },
  { name: 'endurance', runs: [['--import=tsx', join('test', 'torture', 'endurance.ts'), ...options]] }
]

const chosen = names.length === 0 ? parts : parts.filter(({ name }) => names.some(word => name.startsWith(word)))
const unknown = names.filter(word => !parts.some(({ name }) => name.startsWith(word)))
if (unknown.length > 0) {
  say(`There is no part ${unknown.join(', ')}. There are: ${parts.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

function say (line) {
  process.stdout.write(`${line}\n`)
}

/** Runs Node with arguments to its end; resolves with its exit code. */
async function run (args) {
  const child = spawn(process.execPath, args, {
    cwd: root, stdio: 'inherit', env: { ...process.env, STEWARD_TORTURE: '1' }
  })
  const pass = signal => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass)
  const code = await new Promise(resolve => child.once('exit', (code, signal) => resolve(signal === null ? code : 1)))
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass)
  return code
}

prepare({ tools: true })
const results = []
for (const { name, runs } of chosen) {
  say(`== ${name}`)
  const began = performance.now()
  const codes = []
  for (const args of runs) codes.push(await run(args))
  results.push({ name, seconds: Math.round((performance.now() - began) / 1000), ok: codes.every(code => code === 0) })
}
for (const { name, seconds, ok } of results) say(`${ok ? 'held  ' : 'FAILED'}  ${name}, ${seconds} s`)
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1
