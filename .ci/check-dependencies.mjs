/**
 * Judges what the project takes from others: `node .ci/check-dependencies.mjs [FOLDER]`. Says what is wrong, a line
 * each, and ends with 1 if anything is. Needs no network; reads licences from what is installed, or from the lockfile.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judge, linesBelow } from './dependency-rules.mjs'

const root = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))))

/** The projects, each with its headings in docs/dependencies.md and the packages whose install scripts may run. */
const projects = [
  { folder: '', headings: ['The product', 'Development'], mayInstall: ['better-sqlite3'] },
  { folder: 'bench', headings: ['Benchmarks'], mayInstall: ['better-sqlite3', 'sqlite3'] }
]

const readJson = path => JSON.parse(readFileSync(path, 'utf8'))

/**
 * @param {string} folder
 * @returns {(entry: string) => string | undefined}
 */
function licenceReader (folder) {
  return entry => {
    const file = join(folder, entry, 'package.json')
    return existsSync(file) ? readJson(file).license : undefined
  }
}

const page = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8')
const wrong = projects.flatMap(({ folder, headings, mayInstall }) => {
  const at = join(root, folder)
  return judge({
    manifest: readJson(join(at, 'package.json')),
    lock: readJson(join(at, 'package-lock.json')),
    lines: linesBelow(page, headings),
    mayInstall,
    licenceOf: licenceReader(at)
  }).map(line => folder === '' ? line : `${folder}: ${line}`)
})
for (const line of wrong) process.stderr.write(`${line}\n`)
process.exitCode = wrong.length > 0 ? 1 : 0
