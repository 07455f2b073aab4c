import t from 'tap'
import { ago, elapsed } from '../../src/elapsed.js'
import { fitTable, type Column } from '../../src/cli/fitted-table.js'
import { asJson, asYaml } from '../../src/cli/remote/format.js'
import { shellQuote } from '../../src/shell-quote.js'
import { formatTable } from '../../src/cli/table.js'
import { cutTo, widthOf } from '../../src/cli/text-width.js'

const unsafe = 'a\u001b[2J\u202e\u009bé漢字'

t.test('a table fits: columns that may go do, one is cut, and in the end the line is', t => {
  const columns: Column[] = [
    { head: 'ID', cells: ['0123456789'], paint: text => `<${text}>` },
    { head: 'KIND', cells: ['domain.example/something'], keep: 'end' },
    { head: 'WHO', cells: ['someone'], optional: true },
    { head: 'LANE', cells: ['lane'], optional: true }
  ]
  const at = (width: number | null): string => fitTable(columns, width)[1] ?? ''

  t.equal(at(null), '<0123456789>  domain.example/something  someone  lane')
  t.equal(at(51), at(null))
  t.equal(at(40), '<0123456789>  …le/something  someone  lane')
  t.equal(at(30), '<0123456789>  …omething  someone')
  t.equal(at(20), '<0123456789>  …mething')
  for (let width = 1; width < 60; width++) {
    t.ok(fitTable(columns, width).every(line => widthOf(line.replaceAll(/[<>]/g, '')) <= width), `${width}`)
  }
  t.end()
})

t.test('a table may have more rows than a function takes arguments', t => {
  const cells = Array.from({ length: 300_000 }, (_, row) => `${row}`)
  t.equal(fitTable([{ head: 'ID', cells }], null).length, 300_001)
  t.equal(formatTable(['ID'], cells.map(cell => [cell])).length, 300_001)
  t.end()
})

t.test('what would move a terminal is written out, in tables and in data, which stay the same data', t => {
  const [, line = ''] = fitTable([{ head: 'X', cells: [unsafe] }], null)
  t.equal(line, 'a\\u{1b}[2J\\u{202e}\\u{9b}é漢字')
  const data = { [unsafe]: [unsafe, 2n ** 60n, 'a\rb'] }
  t.equal(asJson(data), '{"a\\u001b[2J\\u202e\\u009bé漢字":["a\\u001b[2J\\u202e\\u009bé漢字",1152921504606846976,"a\\rb"]}')
  t.notMatch(asYaml(data), /[^\P{C}\n]/u)
  t.match(asYaml(data), /- 1152921504606846976\n/)
  t.equal(asJson('\u{e0041}'), '"\\udb40\\udc41"')
  t.end()
})

t.test('widths are those of a terminal', t => {
  t.equal(widthOf('漢字🙂e\u0301'), 7)
  t.equal(cutTo('漢字漢字', 5), '漢字…')
  t.equal(cutTo('漢字漢字', 4, 'end'), '…字')
  t.equal(cutTo('abc', 0), '')
  t.end()
})

t.test('times are told in a few characters', t => {
  const told = [0, 999, 1200, 9999, 59_999, 184_000, 18_420_000, 273_600_000].map(elapsed)
  t.same(told, ['0ms', '999ms', '1.2s', '9.9s', '59s', '3m 04s', '5h 07m', '3d 4h'])
  t.same([-5, 999, 59_999, 60_000, 7_200_000, 86_400_000].map(ago), ['now', 'now', '59s ago', '1m ago', '2h ago', '1d ago'])
  t.end()
})

t.test('a quoted word is one word of a shell', t => {
  t.same(['a/b=c', '', 'a b', 'it\'s', '$x'].map(shellQuote), ['a/b=c', '\'\'', '\'a b\'', '\'it\'\\\'\'s\'', '\'$x\''])
  t.end()
})
