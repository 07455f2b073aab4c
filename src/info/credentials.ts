/** What stands where a credential stood. */
const mask = '***'

/** Names of settings whose values are secret, with whatever stands before them: `DB_PASSWORD`, `access_token`. */
const named = /(pass(?:word|wd|phrase)?|pwd|secret|token|auth|api[-_]?key)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"']+)/gi

/**
 * A driver's sentence, fit to be shown to whoever asks: its first line, with user names and passwords of URLs, the
 * values of settings that are named like secrets, and all that follows `Authorization:` masked.
 */
export function withoutCredentials (text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line
    .replace(/\S+/g, maskUserInfo)
    .replace(/(authorization["']?\s*[=:]\s*).+/i, `$1${mask}`)
    .replace(named, `$1$2${mask}`)
}

/** Up to the last `@`: a password that nobody has encoded may hold any character. */
function maskUserInfo (word: string): string {
  const start = word.indexOf('//') + '//'.length
  const end = word.lastIndexOf('@')
  return start === 1 || end < start ? word : word.slice(0, start) + mask + word.slice(end)
}
