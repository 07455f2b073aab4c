import type { Scope } from './ports/access.js'

/** What a `Scope` looks like, as a regular expression. The glob is printable ASCII, without spaces. */
export const scopePattern = '^(read|cancel|admin|schedule(:[!-~]{1,200})?)$'

/** What a scope must be, in words that follow "must be". */
export const scopeInWords = 'read, cancel, schedule, schedule:KINDS (* stands for anything, for example ' +
  'schedule:postgresql.steward/*), or admin'

/** What the names of tokens and of certificates' principals look like: none can be taken for who showed nothing. */
export const principalNamePattern = '^(?!(local|anonymous)$)[A-Za-z0-9._@-]{1,64}$'

/** What such a name must be, in words that follow "must be". */
export const principalNameInWords = '1 to 64 letters, digits, ., _, @ and -, and neither local nor anonymous'

const scopeShape = new RegExp(scopePattern)
const nameShape = new RegExp(principalNamePattern)

/** True for a text that is a scope. */
export function isScope (text: string): text is Scope {
  return scopeShape.test(text)
}

/** True for what may be the name of a token or of a certificate's principal. */
export function isPrincipalName (text: string): boolean {
  return nameShape.test(text)
}
