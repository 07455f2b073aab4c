import { readFileSync, statSync, type BigIntStats } from 'node:fs'
import { Ajv } from 'ajv'
import { isPrincipalName, isScope, principalNameInWords, scopeInWords } from '../../domain/access-words.js'
import { formatInstant, parseInstant } from '../../rfc3339.js'
import type { Token } from './token.js'

/** The tokens cannot be used or changed as they are: a sentence for people, without anything of what a file holds. */
export class TokenFileError extends Error {
  /** `missing`: there is no file yet. `content`: somebody has to mend it. `system`: the system refuses; see `cause`. */
  readonly trouble: 'missing' | 'content' | 'system'

  constructor (trouble: TokenFileError['trouble'], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'TokenFileError'
    this.trouble = trouble
  }
}

/** One token as the file has it. */
interface Entry {
  readonly id: string
  readonly name: string
  readonly hash: string
  readonly scopes: string[]
  readonly created_at: string
  readonly expires_at: string | null
  readonly revoked_at: string | null
}

const version = 1

/** Bytes. Room for 100,000 tokens. */
const longestFile = 32 * 1024 * 1024

const ajv = new Ajv({ verbose: true })
ajv.addFormat('scope', isScope)
ajv.addFormat('principal-name', isPrincipalName)
ajv.addFormat('instant', text => parseInstant(text) !== null)
ajv.addKeyword('x-allowed')

const instant = { type: 'string', format: 'instant', 'x-allowed': 'a date and time such as 2027-01-01T00:00:00Z' }

const schema = {
  type: 'object',
  required: ['version', 'tokens'],
  additionalProperties: false,
  properties: {
    version: { type: 'number', const: version, 'x-allowed': `${version}, the only version that this Steward knows` },
    tokens: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'name', 'hash', 'scopes', 'created_at', 'expires_at', 'revoked_at'],
        additionalProperties: false,
        properties: {
          id: { type: 'string', pattern: '^[0-9a-f]{12}$', 'x-allowed': '12 hexadecimal digits' },
          name: { type: 'string', format: 'principal-name', 'x-allowed': principalNameInWords },
          hash: { type: 'string', pattern: '^[0-9a-f]{64}$', 'x-allowed': '64 hexadecimal digits' },
          scopes: { type: 'array', items: { type: 'string', format: 'scope', 'x-allowed': scopeInWords } },
          created_at: instant,
          expires_at: { ...instant, nullable: true },
          revoked_at: { ...instant, nullable: true }
        }
      }
    }
  }
}
const fits = ajv.compile<{ readonly version: number, readonly tokens: readonly Entry[] }>(schema)

/** What is in a file of tokens, and what is doubtful about it, in sentences. */
export interface TokenFile {
  readonly tokens: readonly Token[]
  readonly doubts: readonly string[]
}

/**
 * Reads the tokens.
 * @throws TokenFileError when the file is not there, cannot be read, is not one of tokens, or anybody may write it
 */
export function readTokens (path: string): TokenFile {
  const { mode } = usableFile(path)
  if ((mode & 0o002n) !== 0n) {
    throw new TokenFileError('content', `anybody may write ${path}, and so make tokens: chmod o-w ${path}`)
  }
  const readable = (mode & 0o004n) !== 0n
  return {
    tokens: parseTokens(readText(path), path),
    doubts: readable ? [`anybody on this machine may read ${path}: chmod o-r ${path}`] : []
  }
}

/** Looks before it opens: opening a pipe would wait for its other side. */
function usableFile (path: string): BigIntStats {
  const found = statOf(path)
  if (!found.isFile()) throw new TokenFileError('content', `${path} is no regular file`)
  if (found.size > longestFile) throw new TokenFileError('content', `${path} has more than ${longestFile} bytes`)
  return found
}

function readText (path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw systemError(error)
  }
}

/**
 * What a file is like.
 * @throws TokenFileError `missing` or `system`
 */
export function statOf (path: string): BigIntStats {
  try {
    return statSync(path, { bigint: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw systemError(error)
    throw new TokenFileError('missing', `${path} is not there yet; "steward token create" makes it`, error)
  }
}

function systemError (error: unknown): TokenFileError {
  return new TokenFileError('system', (error as Error).message, error)
}

function parseTokens (text: string, path: string): Token[] {
  const broken = (what: string): TokenFileError => new TokenFileError('content', `${path} is not a file of tokens: ${what}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The message may quote the text.
    throw broken('it is not valid JSON')
  }
  if (!fits(value)) throw broken(firstFault())
  const tokens = value.tokens.map(tokenOf)
  if (new Set(tokens.map(({ id }) => id)).size < tokens.length) throw broken('two tokens have the same id')
  return tokens
}

function firstFault (): string {
  const [{ instancePath, message, parentSchema } = { instancePath: '', message: 'it is not valid', parentSchema: {} }] =
    fits.errors ?? []
  const allowed = (parentSchema as { 'x-allowed'?: string } | undefined)?.['x-allowed']
  return `${instancePath === '' ? 'the whole' : instancePath} ${allowed === undefined ? message : `must be ${allowed}`}`
}

function tokenOf (entry: Entry): Token {
  const at = (text: string | null): number | null => text === null ? null : parseInstant(text)
  return {
    id: entry.id,
    name: entry.name,
    hash: entry.hash,
    scopes: entry.scopes.filter(isScope),
    createdAt: at(entry.created_at) ?? 0,
    expiresAt: at(entry.expires_at),
    revokedAt: at(entry.revoked_at)
  }
}

/** The text of a file with these tokens. */
export function formatTokens (tokens: readonly Token[]): string {
  const entries = tokens.map((token): Entry => ({
    id: token.id,
    name: token.name,
    hash: token.hash,
    scopes: [...token.scopes],
    created_at: formatInstant(token.createdAt),
    expires_at: formatInstant(token.expiresAt),
    revoked_at: formatInstant(token.revokedAt)
  }))
  return `${JSON.stringify({ version, tokens: entries }, null, 2)}\n`
}
