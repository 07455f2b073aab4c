import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { complaintsAbout } from './compile.js'
import { blocksOf, root } from './markdown.js'

/** The files that a guide tells to write, laid out beside links to our own sources. */
export interface Guide {
  readonly folder: string
  /** Their paths in the folder, as in the checkout. */
  readonly paths: readonly string[]
  /** What the compiler, set as for our own sources, says of them. */
  complaints (): string[]
}

/** Lays the files of a guide out, so that their imports lead where they would. The test's end removes them. */
export function layOutGuide (t: Pick<Test, 'teardown'>, document: string): Guide {
  const files = new Map(blocksOf(document).flatMap(({ file, language, text }) =>
    file !== null && language === 'ts' ? [[file, text]] : []))
  const folder = mkdtempSync(join(tmpdir(), 'steward-guide-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  for (const [path, code] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), code)
  }
  linkTheRest(folder, '')
  const paths = [...files.keys()]
  return { folder, paths, complaints: () => complaintsAbout(paths.map(path => join(folder, path))) }
}

/** Links everything of the checkout that the guide has not made; goes into the folders that it has. */
function linkTheRest (folder: string, below: string): void {
  const made = new Set(readdirSync(join(folder, below)))
  for (const name of readdirSync(join(root, below))) {
    if (!made.has(name)) symlinkSync(join(root, below, name), join(folder, below, name))
  }
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = join(below, entry.name)
    if (entry.isDirectory() && existsSync(join(root, path))) linkTheRest(folder, path)
  }
}
