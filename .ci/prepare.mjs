/**
 * Brings a checkout into a state that can run: installs the packages that are missing, compiles what is stale.
 * Node built-ins only, because it runs before anything is installed. All output goes to standard error: standard
 * output belongs to the program that runs afterwards.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder of the checkout, or of the unpacked package. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const at = (...steps) => join(root, ...steps)
const stampFile = at('dist', '.stamp')

/**
 * Installs and builds if need be. Does nothing in an unpacked package: it has neither a lockfile nor sources.
 * Ends the process when a step fails.
 *
 * @param {{ tools?: boolean, force?: boolean }} [options] `tools`: the development packages are needed as well;
 *   `force`: compile even what is up to date
 */
export function prepare ({ tools = false, force = false } = {}) {
  const stale = isBuildStale()
  if (isInstallStale({ tools: tools || stale || force })) install()
  if (stale || force) build()
}

/** True when node_modules does not hold what package-lock.json asks for. */
function isInstallStale ({ tools }) {
  if (!existsSync(at('package-lock.json'))) return false
  const installedFile = at('node_modules', '.package-lock.json')
  if (!existsSync(installedFile)) return true
  const installed = packagesOf(installedFile)
  return Object.entries(packagesOf(at('package-lock.json'))).some(([path, wanted]) => {
    const found = installed[path]
    if (path === '') return false
    if (!found) return !isDispensable(wanted, tools)
    return found.version !== wanted.version || found.integrity !== wanted.integrity
  })
}

const packagesOf = file => JSON.parse(readFileSync(file, 'utf8')).packages ?? {}

/** True for packages that npm may leave out: those for other machines, and, in production, the tools. */
function isDispensable ({ dev, optional, devOptional }, tools) {
  return Boolean(optional || devOptional || (dev && !tools))
}

function install () {
  say('installing packages (npm ci); the first time this takes a minute or two')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  step('npm ci', npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

/** True when dist was not compiled from the sources as they are now. */
function isBuildStale () {
  if (!existsSync(at('src'))) return false
  return !existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== fingerprint()
}

/** Compiles src to dist and bundles the dashboard, stale or not. Ends the process when it fails. */
export function build () {
  say('compiling src to dist')
  rmSync(stampFile, { force: true })
  // What a package was made of (pack.mjs) says nothing of what is compiled now.
  rmSync(at('dist', 'build.json'), { force: true })
  step('tsc', process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', root])
  step('bundling the dashboard', process.execPath, [at('.ci', 'build-ui.mjs')])
  removeOrphans()
  writeFileSync(stampFile, fingerprint())
}

/** A hash of everything of ours that the compiler and the bundler read. */
function fingerprint () {
  const hash = createHash('sha256')
  for (const name of ['package.json', 'tsconfig.json', join('.ci', 'build-ui.mjs'), ...filesBelow('src').sort()]) {
    hash.update(`${name}\0`).update(readFileSync(at(name))).update('\0')
  }
  return hash.digest('hex')
}

/** Removes what was compiled from sources that are gone: it would still be found by an import. */
function removeOrphans () {
  const ui = join('dist', 'ui')
  for (const name of filesBelow('dist')) {
    // What is bundled has no source of its own; the bundler begins with an empty folder.
    if (name.startsWith(ui)) continue
    const source = name.replace(/^dist/, 'src').replace(/\.js(\.map)?$/, '.ts')
    if (source.endsWith('.ts') && !existsSync(at(source))) rmSync(at(name))
  }
}

function filesBelow (folder) {
  if (!existsSync(at(folder))) return []
  return readdirSync(at(folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    // `path` is what Node 20.0 to 20.11 call `parentPath`.
    .map(entry => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
}

/** Runs a program, with all that it writes on standard error. Ends the process when it fails. */
export function step (name, command, args) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root, stdio: ['ignore', process.stderr.fd, process.stderr.fd], shell: process.platform === 'win32'
  })
  if (status === 0) return
  say(`${name} failed: ${error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`)}`)
  process.exit(1)
}

const say = line => process.stderr.write(`steward: ${line}\n`)

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  prepare({ tools: true, force: process.argv.includes('--force') })
}
