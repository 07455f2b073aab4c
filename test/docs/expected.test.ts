import t from 'tap'
import { differenceOf } from './expected.js'
import { blocksOf, isCommands } from '../support/markdown.js'

t.test('ids, times and the layout of JSON may differ, values may not', async t => {
  const shown = '{\n  "id": "0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11",\n  "at": "2026-11-21T20:43:42.159Z",\n  "n": [1, "..."]\n}\n'
  const printed = '{"id":"019a0000-0000-7000-8000-000000000000","at":"2027-01-01T00:00:00.000Z","n":[1,2,3]}\n'

  t.equal(differenceOf(shown, printed), null)
  t.match(differenceOf(shown, printed.replace('[1', '[7')), /the document shows/)
  t.match(differenceOf(shown, printed.replace('}', ',"more":true}')), /the document shows/)
  t.equal(differenceOf('{"a": 1, "...": "..."}', '{"a":1,"b":2}'), null)
})

t.test('three dots stand for a part of a line, or for lines', async t => {
  t.equal(differenceOf('a ... d\n...\nz\n', 'a b c d\ne\nf\nz\n'), null)
  t.equal(differenceOf('one (e5e503cb4134) 3 ms', 'one (aaaaaaaaaaa1) 12.5 ms'), null)
  t.match(differenceOf('a\nz\n', 'a\nb\nz\n'), /the document shows/)
  t.match(differenceOf('a.c\n', 'abc\n'), /the document shows/)
})

t.test('blocks are found with their marks, and with what is shown as their output', async t => {
  const text = [
    '<!-- not run: needs systemd -->', '```sh', 'systemctl stop db', '```', '', '```text', 'gone', '```', 'Text.', '',
    '* item', '', '  <!-- file: /usr/local/bin/db -->', '  ```sh', '  #!/bin/sh', '  ```', ''
  ].join('\n')

  const blocks = blocksOf('a.md', text)

  t.match(blocks, [
    { line: 2, language: 'sh', text: 'systemctl stop db\n', notRun: 'needs systemd', file: null, isOutput: false },
    { line: 6, language: 'text', text: 'gone\n', notRun: null, isOutput: true },
    { line: 14, language: 'sh', text: '#!/bin/sh\n', notRun: null, file: '/usr/local/bin/db', isOutput: false }
  ])
  t.same(blocks.map(isCommands), [true, false, false])
  t.throws(() => blocksOf('a.md', '```sh\n'), /a.md:1: this block is not closed/)
})
