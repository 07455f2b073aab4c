import { stringify } from 'lossless-json'
import { Option } from 'commander'
import { Document, Scalar, visit } from 'yaml'

/** How results are written: a table for people, or data for programs. */
export type Format = 'table' | 'json' | 'yaml'

/** What the flag `-o` says. */
export interface OutputFlag {
  readonly output: Format
}

/** The flag `-o`. */
export function outputOption (): Option {
  return new Option('-o, --output <format>', 'how to write the result').choices(['table', 'json', 'yaml']).default('table')
}

/** A result as text: all of it as data, or what the table shows. Numbers keep every digit. */
export function render (format: Format, data: unknown, table: () => readonly string[]): string {
  if (format === 'table') return table().join('\n')
  return format === 'json' ? asJson(data, 2) : asYaml(data)
}

/** What a terminal would take for a command, or for another direction of writing. JSON has these in strings alone. */
const unseen = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu

/** JSON with every digit of a bigint; on one line unless it is indented. Nothing in it moves a terminal. */
export function asJson (data: unknown, indent?: number): string {
  return (stringify(data, undefined, indent) ?? 'null').replace(unseen, character =>
    // By UTF-16 units, as JSON has it.
    character.split('').map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''))
}

/** YAML with every digit of a bigint. Nothing in it moves a terminal. */
export function asYaml (data: unknown): string {
  const document = new Document(data, { aliasDuplicateObjects: false })
  visit(document, {
    Scalar (_key, node) {
      // Only between double quotation marks does YAML have escapes.
      if (typeof node.value === 'string' && node.value.search(unseen) >= 0) node.type = Scalar.QUOTE_DOUBLE
    }
  })
  return document.toString().trimEnd().replace(unseen, character =>
    `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`)
}
