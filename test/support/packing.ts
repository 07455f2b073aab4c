import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Test } from 'tap'
import { root } from '../../.ci/generated-documents.js'
import { temporaryFolder } from './engine.js'

/** What a checkout gathers and no commit has. */
const gathered = [
  '.git', 'node_modules', 'dist', 'coverage', '.tap', 'data', join('bench', 'node_modules'), join('bench', 'results')
]

/** A copy of this checkout with a history of its own, in which things can be built while others use the real one. */
export interface Copy {
  readonly folder: string
  /** Its only commit. */
  readonly commit: string
}

/** Copies this checkout. It shares the installed packages: nothing may be installed in it. */
export function copyCheckout (t: Test): Copy {
  const folder = join(temporaryFolder(t), 'checkout')
  cpSync(root, folder, { recursive: true, filter: path => !gathered.includes(relative(root, path)) })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' })
  git('init', '--quiet')
  // The rule of .gitignore is for a folder, and here it is a link.
  appendFileSync(join(folder, '.git', 'info', 'exclude'), 'node_modules\n')
  git('add', '--all')
  git('-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false', 'commit', '--quiet', '-m', 'copy')
  return { folder, commit: git('rev-parse', 'HEAD').trim() }
}

/** A package as `npm pack` made it. */
export interface Packed {
  readonly file: string
  readonly paths: readonly string[]
  /** In bytes. */
  readonly size: number
  readonly unpackedSize: number
}

/** Makes the package of a checkout. */
export function pack (checkout: string, into: string): Packed {
  mkdirSync(into, { recursive: true })
  const [made] = JSON.parse(npm(checkout, 'pack', '--json', '--pack-destination', into)) as [{
    filename: string, size: number, unpackedSize: number, files: Array<{ path: string }>
  }]
  const { filename, size, unpackedSize, files } = made
  return { file: join(into, filename), paths: files.map(({ path }) => path), size, unpackedSize }
}

/** What npm writes to standard output. Throws when it fails, with all that it said. */
export function npm (cwd: string, ...args: string[]): string {
  // What the npm that runs the tests tells its scripts would be obeyed as settings.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 })
}
