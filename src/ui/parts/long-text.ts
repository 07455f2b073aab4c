import { beginning } from '../../domain/json.js'

/** How a text is shown. */
export interface ShownText {
  readonly text: string
  /** Whether something is left out. */
  readonly isCut: boolean
}

/** So much of a text is shown until somebody asks for more. */
const first = { characters: 400, lines: 12 }

/** So much is ever shown: a page that has to break more into lines stands still meanwhile. */
export const mostCharacters = 100_000

/** The beginning of a text, at most so many UTF-16 units and lines. */
export function shownText (text: string, { whole }: { whole: boolean }): ShownText {
  if (whole) return { text: beginning(text, mostCharacters), isCut: text.length > mostCharacters }
  const part = text.length > first.characters ? beginning(text, first.characters) : text
  const lines = part.split('\n')
  const kept = lines.length > first.lines ? lines.slice(0, first.lines).join('\n') : part
  return { text: kept, isCut: kept.length < text.length }
}
