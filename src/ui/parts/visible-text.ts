import { beginning } from '../../domain/json.js'

// Control characters, and those that turn the direction of what is written after them, or are not seen at all.
// eslint-disable-next-line no-control-regex
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** A text of somebody else; what would not be seen, or would disorder the rest, as JSON may write it: `\u202e`. */
export function visibleText (text: string): string {
  return text.replace(unseen, escaped)
}

/** The same for a text of several lines, which keeps them and its tabs. */
export function visibleLines (text: string): string {
  return text.replace(unseen, character => character === '\n' || character === '\t' ? character : escaped(character))
}

/** A visible text on one line, at most so many UTF-16 units and a sign that there was more. */
export function cutText (text: string, length: number): string {
  const seen = visibleText(beginning(text, length + 1))
  return seen.length > length ? `${beginning(seen, length)}…` : seen
}

function escaped (character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
