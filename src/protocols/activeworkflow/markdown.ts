import { beginning, wellFormed } from '../../domain/json.js'

/**
 * Markdown that says the same in kramdown (which ActiveWorkflow uses, in its own dialect, and whose HTML it trusts) and
 * in CommonMark with tables. So fences are made of tildes (three backticks are a code span to kramdown), and whatever
 * could begin markup is written as a character reference, braces too: `{: onclick="..."}` is an attribute to kramdown.
 */

/** Characters of a text that one place shows, unless it says otherwise. */
const usualLength = 300

/** What can begin or end markup within a line. */
const markup = /[#$&*<>[\\\]^_`{|}~]/g

/** What else makes a list, a definition or an underline when it begins a line. */
const lineStart = /^[-+:=]|(?<=^\d+)[.)]/

/** What a code span shows as it is, also within a table. */
const plainCode = /^(?! )[\p{L}\p{N} !"#$%'()*+,./:;=?@[\]^_{}~-]+(?<! )$/u

/** Any text as one line of Markdown that shows it and nothing else; cut after `most` characters. */
export function plainText (text: string, most: number = usualLength): string {
  return wellFormed(clip(text, most)).replace(/[\s\p{Cc}]+/gu, ' ').trim()
    .replace(markup, reference)
    .replace(lineStart, reference)
    .replace(/-(?=-)|(?<=-)-/g, reference)
}

/** A name or a value, as a code span where it can stand in one, else as plain text; cut after `most` characters. */
export function code (text: string, most: number = usualLength): string {
  const shown = clip(text, most)
  return plainCode.test(shown) ? `\`${shown}\`` : plainText(text, most).replace(/["']/g, reference)
}

/** A JSON value as a fenced block. */
export function jsonBlock (value: unknown): string {
  const json = JSON.stringify(value, null, 2)
  const longest = (json.match(/~+/g) ?? []).reduce((length, run) => Math.max(length, run.length), 2)
  const fence = '~'.repeat(longest + 1)
  return `${fence} json\n${json}\n${fence}`
}

/** What a table shows. Every cell is Markdown in one line. */
export interface Table {
  readonly head: readonly string[]
  readonly rows: ReadonlyArray<readonly string[]>
  /** Characters that it may have; rows that do not fit are left out from the end, and a sentence says how many. */
  readonly room?: number | undefined
}

/** A table, with one space before and after each cell. */
export function table ({ head, rows, room = Infinity }: Table): string {
  const lines = [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`)
  const whole = lines.join('\n')
  if (whole.length <= room) return whole
  let left = room - leftOut(rows.length).length
  const shown = lines.findIndex(line => (left -= line.length + 1) < 0)
  return lines.slice(0, shown).join('\n') + leftOut(lines.length - shown)
}

function leftOut (rows: number): string {
  return `\n\n${rows} more ${rows === 1 ? 'is' : 'are'} left out here: the list is too long.`
}

function clip (text: string, most: number): string {
  return text.length > most ? `${beginning(text, most - 1)}…` : text
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function reference (character: string): string {
  return named[character] ?? `&#${character.charCodeAt(0)};`
}
