import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { agentVersion } from '../../src/info/version.js'

const commit = '0123456789abcdef0123456789abcdef01234567'
const manifest = JSON.stringify({ version: '1.2.3' })

t.test('the number is the one of package.json', async t => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

  t.equal(agentVersion().number, version)
})

t.test('the record of the build is believed', async t => {
  const root = t.testdir({
    'package.json': manifest,
    dist: { 'build.json': JSON.stringify({ checkout: commit, taint: 'tainted' }) }
  })

  t.same(agentVersion(root), { number: '1.2.3', checkout: commit, taint: 'tainted' })
})

t.test('without one the commit is read from the checkout', async t => {
  const cases: Record<string, object> = {
    'a branch': { '.git': { HEAD: 'ref: refs/heads/main\n', refs: { heads: { main: `${commit}\n` } } } },
    'a packed branch': { '.git': { HEAD: 'ref: refs/heads/main\n', 'packed-refs': `# pack-refs\n${commit} refs/heads/main\n` } },
    'a detached head': { '.git': { HEAD: `${commit}\n` } },
    'a worktree': {
      '.git': 'gitdir: elsewhere/worktrees/here\n',
      elsewhere: {
        refs: { heads: { topic: `${commit}\n` } },
        worktrees: { here: { HEAD: 'ref: refs/heads/topic\n', commondir: '../..\n' } }
      }
    }
  }
  for (const [name, files] of Object.entries(cases)) {
    await t.test(name, async t => {
      const root = t.testdir({ 'package.json': manifest, ...files })
      t.same(agentVersion(root), { number: '1.2.3', checkout: commit, taint: 'not tainted' })
    })
  }
})

t.test('where there is no checkout, or one without a commit, the commit is unknown', async t => {
  t.equal(agentVersion(t.testdir({ 'package.json': manifest })).checkout, 'unknown')
  const empty = join(t.testdir({ fresh: { 'package.json': manifest, '.git': { HEAD: 'ref: refs/heads/main\n' } } }), 'fresh')
  t.equal(agentVersion(empty).checkout, 'unknown')
})
