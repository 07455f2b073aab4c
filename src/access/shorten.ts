/** What somebody else has written, short enough for a sentence. */
export function shorten (text: string, length = 100): string {
  return text.length <= length ? text : `${text.slice(0, length)}...`
}
