import {
  chmodSync, chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { reviewTokens } from '../../src/access/tokens/review.js'
import { addToken, revokeToken, type NewToken } from '../../src/access/tokens/token-changes.js'
import { readTokens } from '../../src/access/tokens/token-file.js'
import { createTokenSource } from '../../src/access/tokens/token-source.js'
import { drawToken } from '../../src/access/tokens/token.js'
import { systemClock } from '../../src/domain/clock.js'
import { temporaryFolder } from '../support/engine.js'
import { newsOfLog } from './support.js'

const day = 86_400_000
const reader: NewToken = { name: 'core', scopes: ['read'], expiresAt: null }

/** A file of tokens, not there yet, and what works on it. */
function open (t: Test) {
  const path = join(t.testdir(), 'tokens.json')
  const clock = { at: Date.UTC(2026, 10, 21), now: () => clock.at }
  const { log, news } = newsOfLog()
  return {
    path,
    clock,
    news,
    add: async (own: Partial<NewToken> = {}) => await addToken({ path, clock }, { ...reader, ...own }),
    revoke: async (which: string) => await revokeToken({ path, clock }, which),
    source: () => createTokenSource({ path, clock, log }),
    review: () => reviewTokens({ path, clock })
  }
}

t.test('a token is found by its text; the file has only its hash and is for its owner', async t => {
  const { path, add, source } = open(t)
  const { text, token } = await add({ scopes: ['read', 'schedule:a/*'] })

  t.match(text, /^stw_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/)
  t.strictSame(source().find(text), { token })
  t.notOk(readFileSync(path, 'utf8').includes(text.slice(17)))
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.strictSame(readdirSync(t.testdirName), ['tokens.json', 'tokens.json.lock'], 'nothing else is left')
})

t.test('whoever has a part of a token has nothing, and learns nothing', async t => {
  const { add, revoke, source } = open(t)
  const { text } = await add()
  const { text: other } = await add({ name: 'other' })
  await revoke('other')
  const tokens = source()
  const unknown = { refused: 'the token is not known' }
  const wrong = [
    '', 'stw_', text.slice(0, -1), `${text}=`, `${text}\n`, text.toUpperCase(), text.slice(0, 17) + other.slice(17),
    other.slice(0, 17) + text.slice(17), drawToken().text, 'x'.repeat(1_000_000)
  ]

  for (const each of wrong) t.match(tokens.find(each), unknown, each.slice(0, 60))
  t.match(tokens.find(other), { refused: 'the token has been revoked' }, 'who has the whole of it is told')
})

t.test('what is created, revoked or expires is seen within a second of use, without a restart', async t => {
  const { clock, add, revoke, source } = open(t)
  const tokens = source()
  const { text, token } = await add({ expiresAt: clock.at + day })
  t.match(tokens.find(text), { refused: /not known/ }, 'the file is not looked at all the time')

  clock.at += 1000
  t.strictSame(tokens.find(text), { token })
  t.equal(tokens.isStillValid(token.id, ['read']), true)
  t.equal(tokens.isStillValid(token.id, ['read', 'admin']), false, 'it never could do that')

  clock.at += day - 1001
  t.strictSame(tokens.find(text), { token }, 'to the last millisecond')
  clock.at += 1
  t.match(tokens.find(text), { refused: 'the token has expired' })
  t.equal(tokens.isStillValid(token.id, ['read']), false)

  const second = await add({ name: 'second' })
  clock.at += 1000
  t.match(tokens.find(second.text), { token: { name: 'second' } })
  await revoke('second')
  clock.at += 1000
  t.equal(tokens.isStillValid(second.token.id, ['read']), false)
  t.match(tokens.find(second.text), { refused: 'the token has been revoked' })
})

t.test('a change is seen also after the clock was set back', async t => {
  const { clock, add, revoke, source } = open(t)
  const { text } = await add()
  const tokens = source()
  await revoke('core')

  clock.at -= day

  t.match(tokens.find(text), { refused: /revoked/ })
})

t.test('while the file is broken or missing no token is valid, and the log says so once', async t => {
  const { path, clock, news, add, source } = open(t)
  const { text, token } = await add()
  const good = readFileSync(path, 'utf8')
  const tokens = source()
  const after = (text: string): unknown => {
    clock.at += 1000
    return tokens.find(text)
  }
  const entry = good.slice(good.indexOf('[') + 1, good.lastIndexOf(']'))
  const broken: Array<[string, RegExp]> = [
    ['', /not valid JSON/],
    [good.slice(0, -3), /not valid JSON/],
    ['[]', /the whole must be object/],
    [good.replace('"version": 1', '"version": 2'), /\/version must be 1, the only version/],
    [good.replace('"read"', '"write"'), /\/tokens\/0\/scopes\/0 must be read, cancel/],
    [good.replace('"core"', '"local"'), /\/tokens\/0\/name must be .* neither local nor anonymous/],
    [good.replace('"expires_at": null', '"expires_at": "soon"'), /\/tokens\/0\/expires_at must be a date/],
    [good.replace(/"hash": "../, '"hash": "'), /\/tokens\/0\/hash must be 64/],
    [good.replace('"id"', '"__proto__": {}, "id"'), /must NOT have additional properties/],
    [good.replace(entry, `${entry},${entry}`), /two tokens have the same id/]
  ]
  for (const [content, reason] of broken) {
    news()
    writeFileSync(path, content)
    t.match(after(text), { refused: /not known/ }, String(reason))
    after(text)
    const told = news()
    t.match(told, [['error: no token is valid', { reason }]])
    t.equal(told.length, 1)
    t.notMatch(JSON.stringify(told), token.hash)
    writeFileSync(path, good)
    t.strictSame(after(text), { token }, 'and is again when it is mended')
  }

  news()
  renameSync(path, `${path}.aside`)
  t.match(after(text), { refused: /not known/ })
  after(text)
  const told = news()
  t.match(told, [['error: no token is valid', { reason: /is not there yet; "steward token create" makes it/ }]])
  t.equal(told.length, 1)
  renameSync(`${path}.aside`, path)
  t.strictSame(after(text), { token })
})

t.test('a file that anybody may write is not used; one that anybody may read is warned of', async t => {
  const { path, clock, news, add, revoke, source, review } = open(t)
  const { text, token } = await add()
  chmodSync(path, 0o604)
  const tokens = source()
  t.strictSame(tokens.find(text), { token })
  t.match(news(), [['info: the tokens were read', { tokens: 1 }], [/^warn: anybody on this machine may read/, {}]])
  t.match(review().doubts, [/may read/])

  chmodSync(path, 0o602)
  clock.at += 1000

  t.match(tokens.find(text), { refused: /not known/ })
  t.match(review(), { summary: 'No token is valid.', doubts: [/anybody may write .*: chmod o-w/] })
  await t.rejects(revoke('core'), /anybody may write/)
})

t.test('what is no regular file is not opened', async t => {
  const { path, source } = open(t)
  symlinkSync(t.testdirName, path)

  t.match(source().find(drawToken().text), { refused: /not known/ })
})

t.test('names are unique among the tokens that are not revoked', async t => {
  const { clock, add, revoke } = open(t)
  const { token } = await add({ expiresAt: clock.at + day })
  await t.rejects(add(), /There is a token named core \(.*, valid\).*steward token revoke core/)
  clock.at += day
  await t.rejects(add(), /named core \(.*, expired\)/)
  await revoke('core')

  const { token: next } = await add()

  t.not(next.id, token.id)
  t.equal((await revoke('core')).id, next.id, 'the name is that of the one which is not revoked')
})

t.test('a token is revoked by its name, its id, or itself, and stays revoked since then', async t => {
  const { path, clock, add, revoke } = open(t)
  const { token: first } = await add({ name: 'first' })
  const { text: second } = await add({ name: 'second' })
  const revokedAt = clock.at
  t.equal((await revoke(first.id)).name, 'first')
  t.equal((await revoke(second)).name, 'second')
  clock.at += day

  t.match(await revoke('first'), { revokedAt })
  t.match(readTokens(path).tokens, [{ name: 'first', revokedAt }, { name: 'second', revokedAt }])
  await t.rejects(revoke('third'), /There is no token with this name or id/)
})

t.test('a name that is the id of another token revokes neither', async t => {
  const { path, add, revoke } = open(t)
  const { token } = await add()
  await add({ name: token.id })

  await t.rejects(revoke(token.id), /Two tokens are meant/)
  t.match(readTokens(path).tokens, [{ revokedAt: null }, { revokedAt: null }])
})

t.test('a link is followed, the mode is kept, and what a dead process left is no trouble', async t => {
  const { path, add } = open(t)
  const real = join(t.testdirName, 'real.json')
  symlinkSync(real, path)
  writeFileSync(real, '{"version":1,"tokens":[]}', { mode: 0o640 })
  writeFileSync(`${real}.new`, 'half')

  await add()

  t.equal(readTokens(real).tokens.length, 1)
  t.equal(statSync(real).mode & 0o777, 0o640)
  t.notOk(existsSync(`${real}.new`))
})

const root = process.getuid?.() === 0

/** A folder of the user nobody, which root works in. */
function inFolderOfNobody (t: Test) {
  const folder = temporaryFolder(t)
  chownSync(folder, 65534, 65534)
  const path = join(folder, 'tokens.json')
  const place = { path, clock: systemClock }
  return { folder, path, add: async (own: Partial<NewToken> = {}) => await addToken(place, { ...reader, ...own }) }
}

t.test('what root makes belongs to who owns the folder, and stays theirs', root ? {} : { skip: 'needs root' }, async t => {
  const { path, add } = inFolderOfNobody(t)

  await add()
  await add({ name: 'other' })

  for (const file of [path, `${path}.lock`]) t.match(statSync(file), { uid: 65534, gid: 65534 }, file)
  t.equal(process.geteuid?.(), 0, 'root is root again')
})

t.test('root is not led to other files by links in a folder of somebody else', root ? {} : { skip: 'needs root' }, async t => {
  for (const name of ['tokens.json', 'tokens.json.lock', 'tokens.json.new']) {
    const { folder, path, add } = inFolderOfNobody(t)
    const victim = join(temporaryFolder(t), 'of-root')
    writeFileSync(victim, '', { mode: 0o600 })
    chownSync(dirname(victim), 65534, 65534)
    symlinkSync(victim, join(folder, name))

    await add().catch(() => {})

    t.match(statSync(victim), { uid: 0, gid: 0, size: 0 }, name)
    t.notOk(existsSync(`${victim}.lock`))
    t.equal(dirname(path), folder)
  }
})

t.test('the lock is the file itself, never what a link leads to', async t => {
  const { path, add } = open(t)
  const victim = join(t.testdirName, 'victim')
  writeFileSync(victim, '')
  symlinkSync(victim, `${path}.lock`)

  await t.rejects(add(), { trouble: 'system', message: /the lock .* cannot be taken/ })
})

t.test('a file that cannot be written stays as it was', async t => {
  const { path, add } = open(t)
  await add()
  const before = readFileSync(path, 'utf8')
  t.testdir({ 'tokens.json': before, 'tokens.json.new': { 'in the way': '' } })

  await t.rejects(add({ name: 'other' }), { trouble: 'system', message: /could not be written/ })
  t.equal(readFileSync(path, 'utf8'), before)
  rmSync(t.testdirName, { recursive: true })
  await t.rejects(add(), /The folder .* is not there/)
})

t.test('check tells how many are valid, and which end soon', async t => {
  const { clock, add, revoke, review } = open(t)
  t.match(review(), { summary: /There are no tokens: .* is not there yet/, doubts: [] })
  await add({ name: 'soon', expiresAt: clock.at + 13 * day })
  await add({ name: 'later', expiresAt: clock.at + 15 * day })
  await add({ name: 'gone', expiresAt: clock.at + 5 * day })
  await revoke('gone')

  const { summary, doubts } = review()
  t.match(summary, /has 2 valid tokens\./)
  t.strictSame(doubts, ['the token soon expires at 2026-12-04T00:00:00.000Z'])
})
