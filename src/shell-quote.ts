/** A word as POSIX shells read it: in single quotation marks where it holds what a shell would take for its own. */
export function shellQuote (word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`
}

/** A command line of these words. */
export function shellLine (words: readonly string[]): string {
  return words.map(shellQuote).join(' ')
}
