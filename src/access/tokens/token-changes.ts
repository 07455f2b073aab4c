import { existsSync, realpathSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Instant } from '../../domain/clock.js'
import type { Scope } from '../../domain/ports/access.js'
import { syncFolder } from '../../folders.js'
import { asOwnerOf } from './as-owner.js'
import { exclusively } from './exclusive.js'
import { formatTokens, readTokens, statOf, TokenFileError } from './token-file.js'
import { drawToken, idOf, stateOf, type Token } from './token.js'

/** What cannot be done because of what was asked for: a sentence for who asked. */
export class TokenChangeError extends Error {
  constructor (message: string) {
    super(message)
    this.name = 'TokenChangeError'
  }
}

/** The file of the tokens, and the time. */
export interface TokenFilePlace {
  readonly path: string
  readonly clock: Clock
}

/** What a new token is to be. */
export interface NewToken {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Null: it never expires. */
  readonly expiresAt: Instant | null
}

/**
 * Makes a token and adds it to the file, which is made if need be. The text is nowhere but in what is returned.
 * @throws TokenChangeError when the name is taken; TokenFileError
 */
export async function addToken (place: TokenFilePlace, wanted: NewToken): Promise<{ text: string, token: Token }> {
  return await change(place, (tokens, now) => {
    const taken = tokens.find(({ name, revokedAt }) => name === wanted.name && revokedAt === null)
    if (taken !== undefined) {
      throw new TokenChangeError(`There is a token named ${taken.name} (${taken.id}, ${stateOf(taken, now)}). ` +
        `Choose another name, or revoke it first: steward token revoke ${taken.name}`)
    }
    const { text, id, hash } = drawToken()
    if (tokens.some(token => token.id === id)) throw new TokenChangeError('The new id exists already. Try again.')
    const token: Token = { id, hash, ...wanted, createdAt: now, revokedAt: null }
    return { tokens: [...tokens, token], result: { text, token } }
  })
}

/**
 * Revokes the token with this name or id; also the token itself will do. Returns it as it was before: one that had been
 * revoked stays as it is.
 * @throws TokenChangeError when there is none; TokenFileError
 */
export async function revokeToken (place: TokenFilePlace, which: string): Promise<Token> {
  return await change(place, (tokens, now) => {
    const token = theOne(tokens, idOf(which) ?? which)
    if (token.revokedAt !== null) return { tokens, result: token }
    return { tokens: tokens.map(each => each === token ? { ...token, revokedAt: now } : each), result: token }
  })
}

/** The token with this id or name. Of those that share a name, at most one has not been revoked. */
function theOne (tokens: readonly Token[], which: string): Token {
  const found = tokens.filter(({ id, name }) => id === which || name === which)
  const open = found.filter(({ revokedAt }) => revokedAt === null)
  const [token] = open.length > 0 ? open : found
  if (token === undefined) {
    throw new TokenChangeError('There is no token with this name or id. "steward token list" shows those that there are.')
  }
  if (open.length > 1) {
    throw new TokenChangeError(`Two tokens are meant: ${open.map(({ name, id }) => `${name} (${id})`).join(', ')}.`)
  }
  return token
}

interface Change<T> {
  readonly tokens: readonly Token[]
  readonly result: T
}

type Decide<T> = (tokens: readonly Token[], now: Instant) => Change<T>

/** Replaces the tokens by others, as one step: whoever reads sees the file before or after. */
async function change<T> (place: TokenFilePlace, decide: Decide<T>): Promise<T> {
  return await asOwnerOf(dirname(place.path), async () => await changeHere(place, decide))
}

async function changeHere<T> ({ path, clock }: TokenFilePlace, decide: Decide<T>): Promise<T> {
  // What a link leads to is replaced, not the link.
  const file = existsSync(path) ? realpathSync(path) : path
  const owner = ownerOf(file)
  return await exclusively({ file: `${file}.lock`, owner }, async () => {
    const before = tokensIn(file)
    const { tokens, result } = decide(before, clock.now())
    if (tokens !== before) await replace(file, { text: formatTokens(tokens), owner })
    return result
  })
}

function tokensIn (file: string): readonly Token[] {
  try {
    return readTokens(file).tokens
  } catch (error) {
    if (error instanceof TokenFileError && error.trouble === 'missing') return []
    throw error
  }
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * Whose the file has to be, so that the agent can still read it: whose it is, and a new one whose its folder is. Null
 * for the user who runs this.
 * @throws TokenFileError when only somebody else can make it so, or there is no folder
 */
function ownerOf (file: string): Owner | null {
  const folder = dirname(file)
  if (!existsSync(folder)) throw new TokenFileError('system', `The folder ${folder} is not there. Make it first.`)
  const isNew = !existsSync(file)
  const { uid, gid } = statSync(isNew ? folder : file)
  const me = process.geteuid?.()
  if (me === 0) return { uid, gid }
  if (isNew || uid === me) return null
  if (process.getuid?.() === 0) {
    throw new TokenFileError('system', `${file} belongs to the user ${uid}, and its folder to ${me}. Give it to that user: chown ${me} ${file}`)
  }
  throw new TokenFileError('system', `${file} belongs to the user ${uid}. Run this as that user, or as root.`)
}

interface Replacement {
  readonly text: string
  readonly owner: Owner | null
}

/** Nobody but who holds the lock writes the new file, so one that is there was left by a process that died. */
async function replace (file: string, { text, owner }: Replacement): Promise<void> {
  const next = `${file}.new`
  try {
    await rm(next, { force: true })
    const handle = await open(next, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      if (existsSync(file)) await handle.chmod(Number(statOf(file).mode & 0o777n))
      if (owner !== null) await handle.chown(owner.uid, owner.gid)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(next, file)
    await syncFolder(dirname(file))
  } catch (error) {
    // What went wrong first is what counts.
    await rm(next, { force: true }).catch(() => {})
    if (error instanceof TokenFileError) throw error
    throw new TokenFileError('system', `${file} could not be written: ${(error as Error).message}`, error)
  }
}
