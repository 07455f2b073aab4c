/** Marks that stand on the character before them. */
const zeroWidth = /^[\p{Mn}\p{Me}]$/u

/** What terminals show in two columns: East Asian Wide and Fullwidth (Unicode Standard Annex 11), and emoji. */
const doubleWidth = new RegExp('^[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff' +
  '\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6\\u{17000}-\\u{18aff}\\u{1b000}-\\u{1b2ff}\\u{20000}-\\u{3fffd}\\p{Emoji_Presentation}]$', 'u')

/** How many columns of a terminal a text takes that has no control characters (see `visible`). */
export function widthOf (text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) width += widthOfOne(character)
  return width
}

/** The columns that the widest of many texts takes. */
export function widest (texts: readonly string[]): number {
  // Not Math.max of all: a function takes some hundred thousand arguments at most, and a list may be longer.
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0)
}

function widthOfOne (character: string): number {
  if (zeroWidth.test(character)) return 0
  return doubleWidth.test(character) ? 2 : 1
}

/** The text in at most so many columns: what does not fit at its end, or at its start, is an ellipsis. */
export function cutTo (text: string, width: number, keep: 'start' | 'end' = 'start'): string {
  if (widthOf(text) <= width) return text
  if (width < 1) return ''
  const characters = keep === 'start' ? [...text] : [...text].reverse()
  const kept: string[] = []
  let left = width - 1
  for (const character of characters) {
    left -= widthOfOne(character)
    if (left < 0) break
    kept.push(character)
  }
  return keep === 'start' ? `${kept.join('')}…` : `…${kept.reverse().join('')}`
}

/** The text with spaces behind it, so that it takes so many columns. */
export function padTo (text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}
