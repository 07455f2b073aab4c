import t from 'tap'
import { findMeasure } from '../../src/progress/measure.js'
import { finishedLine, progressLine } from '../../src/cli/remote/progress-line.js'
import { inWords, readProgress } from '../../src/progress/progress.js'
import { stepsOf } from '../../src/progress/steps.js'
import { widthOf } from '../../src/cli/text-width.js'
import type { JsonObject } from '../../src/domain/json.js'

t.test('how much is done, of every shape that our kinds report', t => {
  const cases: Array<[JsonObject, number | null, string]> = [
    [{ percent: 42.5 }, 0.425, ''],
    [{ done: 3, failed: 1, total: 12 }, 0.25, '3 of 12'],
    [{ count: 3, target: 10 }, 0.3, '3 of 10'],
    [{ stage: 'copy', pages_done: 12_000, pages_total: 24_000, file: 'x' }, 0.5, '12,000 of 24,000 pages'],
    [{ pages_copied: 1, pages: 4 }, 0.25, '1 of 4 pages'],
    [{ stage: 'copy', bytes_done: 50e6, bytes_total: 100e6 }, 0.5, '50.0 MB of 100.0 MB'],
    [{ bytes_done: 1_500, bytes_total: null }, null, '1.5 kB'],
    [{ bytes: 999 }, null, '999 B'],
    [{ keys_done: 5, keys_total: 10, seconds: 1, cow_bytes: 4096 }, 0.5, '5 of 10 keys'],
    [{ command: 'VACUUM', phase: 'scanning heap', heap_blks_total: 100, heap_blks_scanned: 80, heap_blks_vacuumed: 10 }, 0.8, '80 of 100 heap blocks'],
    [{ command: 'VACUUM', phase: 'vacuuming heap', heap_blks_total: 100, heap_blks_scanned: 80, heap_blks_vacuumed: 10 }, 0.1, '10 of 100 heap blocks'],
    [{ command: 'REINDEX', phase: 'building index', lockers_total: 0, lockers_done: 0, blocks_total: 8, blocks_done: 4, tuples_total: 0, tuples_done: 0 }, 0.5, '4 of 8 blocks'],
    [{ done: 20, total: 10 }, 1, '20 of 10']
  ]
  for (const [payload, fraction, words] of cases) {
    t.same(findMeasure(payload)?.measure, { fraction, words }, JSON.stringify(payload))
  }
  for (const payload of [{ percent: 101 }, { percent: 'x' }, { pages_done: 1, pages_total: 0 }, { total: 5 }, { done: -1, total: 5 }, {}]) {
    t.equal(findMeasure(payload), null, JSON.stringify(payload))
  }
  t.end()
})

t.test('of thousands of fields each is looked at a few times only', t => {
  let listed = 0
  const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, index]))
  const payload = new Proxy<JsonObject>({ ...fields, pages_done: 3, pages_total: 4 }, {
    ownKeys (target) {
      listed++
      return Reflect.ownKeys(target)
    }
  })
  t.same(findMeasure(payload)?.measure, { fraction: 0.75, words: '3 of 4 pages' })
  t.ok(listed <= 3, `listed ${listed} times`)
  t.end()
})

t.test('the step and what else there is, also of composed kinds and of external actions', t => {
  const cases: Array<[unknown, string | null, string]> = [
    [null, null, ''],
    ['half way', null, 'half way'],
    [['pong', 'pong'], null, '["pong","pong"]'],
    [{ anything: { at: 'all' } }, null, '{"anything":{"at":"all"}}'],
    [{ attempt: 2, message: 'waits for the process', pid: null }, null, 'waits for the process'],
    [{ stage: 'publish', file: 'a.db', bytes: 1e9, inode: null }, 'publish', '1.0 GB, file a.db'],
    [{ stage: 'wait', cow_bytes: 4096 }, 'wait', 'cow bytes 4.1 kB'],
    [{ stage: 1, state: 'RUNNING', payload: null }, 'stage 2', ''],
    [{ stage: 1, state: 'RUNNING', payload: { stage: 'copy', percent: 5 } }, 'stage 2, copy', ''],
    [{ phase: 'check', exit_code: 0, stdout: 'begun\nnow\n', stderr: '', truncated: false }, 'check', 'now'],
    [{ phase: 'check', exit_code: 0, stdout: '', stderr: '', truncated: false, check: { stdout: '{"status":"running","percent":30}' } }, 'check', ''],
    [{ phase: 'check', stdout: '', check: { stdout: '{"status":"running","stage":"dump","done":1,"total":2}' } }, 'dump', '1 of 2'],
    [{ phase: 'check', stdout: 'x', check: { stdout: 'not JSON' } }, 'check', 'x']
  ]
  for (const [payload, step, words] of cases) {
    const progress = readProgress(payload)
    t.same([progress.step, inWords(progress)], [step, words], JSON.stringify(payload))
  }
  t.equal(readProgress(cases[10]?.[0]).measure?.fraction, 0.3)
  t.end()
})

const noPaint = (text: string): string => text

t.test('a line is never wider than there is room, whatever the payload is', t => {
  const odd = ['', 'x'.repeat(500), '大'.repeat(200), 'e\u0301'.repeat(100), '\u202e\u0007\u001b[2J', 'a\nb\tc', '👩‍🚀🇨🇭']
  const payloads: unknown[] = odd.flatMap(text => [
    text, { message: text }, { stage: text }, { [text]: 1 },
    { stage: text, percent: 50, file: text }, { stage: 'a', [`${text}_done`]: 1, [`${text}_total`]: 2 }
  ])
  for (const payload of payloads) {
    const progress = readProgress(payload)
    for (const columns of [1, 2, 5, 9, 10, 20, 39, 40, 80, 200]) {
      const look = { columns, paint: noPaint, plain: false }
      const lines = [
        progressLine({ state: 'RUNNING', progress, elapsedMs: 12_345, drawing: 7 }, look),
        finishedLine({ state: 'RUNNING', progress, tookMs: 100, began: '', reports: 1 }, look)
      ]
      for (const line of lines) {
        if (widthOf(line) > columns || /[\p{Cc}\p{Cf}]/u.test(line)) t.fail(`${columns}: ${JSON.stringify(line)}`)
      }
    }
  }
  t.pass('all of them fit')
  t.end()
})

t.test('the bar and the figures grow; what does not fit is left out from the end', t => {
  const line = (columns: number, percent: number): string => progressLine(
    { state: 'RUNNING', progress: readProgress({ stage: 'copy', percent, file: 'app.db' }), elapsedMs: 2100, drawing: 0 },
    { columns, paint: noPaint, plain: true })

  t.equal(line(80, 50), '| RUNNING copy ##########.......... 50% 2.1s file app.db')
  t.equal(line(80, 0), '| RUNNING copy .................... 0% 2.1s file app.db')
  t.equal(line(80, 100), '| RUNNING copy #################### 100% 2.1s file app.db')
  t.equal(line(40, 50), '| RUNNING copy ########........ 50% 2.1s')
  t.equal(line(24, 50), '| RUNNING copy 50% 2.1s')
  t.end()
})

t.test('hundreds of reports of one step are one step, with the last that was told', t => {
  const at = (ms: number): string => new Date(ms).toISOString()
  const history = [
    { timestamp: at(0), state: 'NEW' as const, state_payload: null },
    { timestamp: at(100), state: 'RUNNING' as const, state_payload: null },
    ...[1, 2, 3].map(done => ({ timestamp: at(100 + done), state: 'RUNNING' as const, state_payload: { stage: 'copy', done, total: 9 } })),
    { timestamp: at(500), state: 'RUNNING' as const, state_payload: { stage: 'verify' } }
  ]

  t.match(stepsOf({ history, state_payload: { stage: 'verify' } }), [
    { state: 'NEW', tookMs: 100, reports: 1 },
    { state: 'RUNNING', tookMs: 1, progress: { step: null } },
    { state: 'RUNNING', tookMs: 399, reports: 3, progress: { step: 'copy', measure: { words: '3 of 9' } } },
    { state: 'RUNNING', tookMs: null, progress: { step: 'verify' } }
  ])
  const beyond = stepsOf({ history: history.slice(0, 4), state_payload: { stage: 'copy', done: 8, total: 9 } })
  t.match(beyond.at(-1)?.progress.measure?.words, '8 of 9', 'beyond the longest history the latest payload counts')
  t.end()
})
