/**
 * `npm pack` and `npm publish` run this before and, with `--done`, after they have made the package: compiles afresh,
 * writes the types of the client, and leaves in dist/build.json what the package was built from. In a checkout that
 * record would be believed after the next commit, so it goes as soon as the package is made.
 */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, root, step } from './prepare.mjs'

const record = join(root, 'dist', 'build.json')

if (process.argv.includes('--done')) {
  rmSync(record, { force: true })
} else {
  build()
  step('tsc (types of the client)', process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, '.ci', 'tsconfig.client.json')
  ])
  const origin = given() ?? ofCheckout()
  if (origin !== null) writeFileSync(record, `${JSON.stringify(origin)}\n`)
}

/** What whoever builds says of it where there is no checkout, in an image: as `git describe --dirty` does. */
function given () {
  const { BUILD_COMMIT: said } = process.env
  if (!said) return null
  const checkout = said.replace(/-dirty$/, '')
  return { checkout, taint: said === checkout ? 'not tainted' : 'tainted' }
}

/** The commit, and whether any file differs from it; null where this is no checkout, or git is not installed. */
function ofCheckout () {
  const checkout = git('rev-parse', 'HEAD')
  const changes = git('status', '--porcelain')
  if (checkout === null || changes === null) return null
  return { checkout, taint: changes === '' ? 'not tainted' : 'tainted' }
}

function git (...args) {
  const { status, stdout } = spawnSync('git', ['--no-optional-locks', ...args], { cwd: root, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}
