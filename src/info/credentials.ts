/** What stands where a credential stood. */
const mask = '***'

/**
 * A driver's sentence, fit to be shown to whoever asks: its first line, with user names and passwords of URLs, and the
 * values of settings that are named like secrets, masked.
 */
export function withoutCredentials (text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line
    .replace(/\/\/[^\s/]*@/g, `//${mask}@`)
    .replace(/\b(pass(?:word|wd)?|pwd|secret|token|auth|api[-_]?key)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"']+)/gi, `$1$2${mask}`)
}
