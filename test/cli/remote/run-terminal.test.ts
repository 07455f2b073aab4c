import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { eventually } from '../../support/eventually.js'
import { createOutsideProgress } from '../../support/outside-progress.js'
import { startProgram } from '../../support/program.js'
import { noTerminal, show, startInTerminal } from '../../support/terminal.js'

if (noTerminal !== false) {
  t.plan(0, noTerminal)
} else {
  const folder = t.testdir()
  const outside = createOutsideProgress(folder)
  const { url } = await startProgram(t, { folder, args: outside.args })
  const env = { STEWARD_URL: url }
  const escapes = /[^\P{Cc}\r\n]/u

  t.test('one line is drawn again and again, is never wider than 40 columns, and is gone in the end', async t => {
    const stdout = join(folder, 'result.json')
    outside.say({ stage: 'copy', percent: 10, file: `大きな\u202e\u001b[2J${'ファイル'.repeat(20)}` })

    const run = startInTerminal(t, ['run', outside.kind, '--follow', '-o', 'json'], { folder, columns: 40, env, stdout })
    await eventually('the bar is at 10%', () => /⣿⣀+[^⣿]* 10%/.test(run.written()))
    outside.say({ stage: 'copy', percent: 90 })
    await eventually('the bar is at 90%', () => /⣿⣿⣿⣿+⣀[^⣿]* 90%/.test(run.written()))
    outside.say({ stage: 'verify' })
    await eventually('it is verified', () => run.written().includes('verify'))
    outside.say({ status: 'finished' })

    t.equal(await run.ended, 0)
    const { lines, wraps, erased } = show(run.written(), 40)
    t.equal(wraps, 0)
    t.ok(erased.length >= 3, 'it was drawn several times')
    t.match(lines.map(line => line.trim().split(' ')[0]), [/^[0-9a-f-]{36}$/, 'waited', 'check', 'copy', 'verify', ''], 'steps that are over stay')
    t.equal(lines.at(-1), '', 'the line is erased')
    const result = readFileSync(stdout, 'utf8')
    t.notMatch(result, escapes, 'the result has no colours')
    t.match(JSON.parse(result), { state: 'DONE', kind: outside.kind, state_payload: { phase: 'finished' } })
  })

  t.test('states have colours, unless NO_COLOR says otherwise; what calls itself dumb gets plain lines', async t => {
    outside.say({ status: 'finished' })
    const written = async (more: Readonly<Record<string, string>>, ...flags: string[]): Promise<string> => {
      const run = startInTerminal(t, ['run', outside.kind, '--follow', ...flags], { folder, env: { ...env, ...more } })
      t.equal(await run.ended, 0)
      return run.written()
    }

    t.match(await written({}), '\u001b[32mDONE\u001b[39m')
    t.notMatch(await written({ NO_COLOR: '1' }), /\p{Cc}\[\d+m/u)
    t.match(await written({ TERM: 'dumb' }), /^\S+Z NEW\r\n\S+Z RUNNING\r\n(\S+Z RUNNING \{.*\r\n)*\S+Z DONE \{.*\r\n/)
    t.notMatch(await written({ TERM: 'dumb' }), escapes)
    const [, data] = /\r\n(\{.*)/s.exec(await written({}, '-o', 'json')) ?? []
    t.match(JSON.parse(data ?? ''), { state: 'DONE' })
    t.notMatch(data, escapes, 'data has no colours on a terminal either')
  })

  t.test('Ctrl-C erases the line, says that the action goes on and how to end it: 130', async t => {
    outside.say({ percent: 1 })
    const run = startInTerminal(t, ['run', outside.kind, '--follow'], { folder, env })
    await eventually('it is followed', () => run.written().includes('1%'))

    run.type('\u0003')

    t.equal(await run.ended, 130)
    const { lines } = show(run.written().replace('^C', ''), 80)
    const [, id] = /([0-9a-f-]{36})/.exec(run.written()) ?? []
    t.match(lines.slice(-4), [/The action goes on\./, `steward show ${id} --follow`, `steward cancel ${id}`, ''])
    t.match(await (await fetch(`${url}/api/v1/actions/${id}`)).json(), { state: 'RUNNING' })
    outside.say({ status: 'finished' })
    await fetch(`${url}/api/v1/actions/${id}?wait=30s`)
  })

  t.test('cancel --all asks at a terminal, and does nothing without a yes', async t => {
    outside.say({ percent: 1 })
    // The first runs, and has no way to be cancelled.
    for (const kind of [outside.kind, 'agent.replicante.io/debug.success', 'agent.replicante.io/debug.success']) {
      await startInTerminal(t, ['run', kind], { folder, env }).ended
    }
    const answer = async (typed: string): Promise<{ code: number | null, written: string }> => {
      const run = startInTerminal(t, ['cancel', '--all', '--kind', 'agent.*'], { folder, env })
      await eventually('it asks', () => run.written().includes('Cancel these 2 actions? [y/N] '))
      run.type(typed)
      return { code: await run.ended, written: run.written() }
    }

    t.match(await answer('\n'), { code: 0, written: 'nothing was cancelled' })
    t.match(await answer('no\n'), { code: 0, written: 'nothing was cancelled' })
    t.match(await answer('\u0004'), { code: 0, written: 'nothing was cancelled' })
    t.match(await answer('\u0003'), { code: 130 })
    const { code, written } = await answer('y\n')
    t.equal(code, 0)
    t.equal(written.match(/FAILED.* {2}cancelled/g)?.length, 2)
    outside.say({ status: 'finished' })
  })
}
