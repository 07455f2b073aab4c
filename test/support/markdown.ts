import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** One fenced block of a document. */
export interface Block {
  /** Path in the checkout. */
  readonly document: string
  /** Of its fence, from 1. */
  readonly line: number
  /** What follows the fence; empty where it names none. */
  readonly language: string
  readonly text: string
  /** Why it cannot be run here (`<!-- not run: REASON -->` before it), else null. */
  readonly notRun: string | null
  /** The file that the reader is to write it to (`<!-- file: PATH -->` before it), else null. */
  readonly file: string | null
  /** True when nothing but empty lines is between it and the block before: what that one prints. */
  readonly isOutput: boolean
}

/** The folders whose documents are written for readers, in this checkout. */
const folders = ['.', 'docs', 'bench', 'deploy', 'examples', 'examples/curl', 'examples/python', 'examples/typescript']

/** All documents, by their paths in the checkout. */
export const documents: readonly string[] = folders.flatMap(folder => existsSync(join(root, folder))
  ? readdirSync(join(root, folder)).filter(name => name.endsWith('.md')).map(name => join(folder, name)).sort()
  : [])

/** The text of a document. */
export function readDocument (document: string): string {
  return readFileSync(join(root, document), 'utf8')
}

interface Opened {
  readonly at: number
  readonly indent: string
  readonly fence: string
  readonly language: string
}

/** The fenced blocks of a document in their order (CommonMark 4.5; without fences of tildes). */
export function blocksOf (document: string, text: string = readDocument(document)): Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n')
  let opened: Opened | null = null
  let closedAt = -1
  for (const [at, line] of lines.entries()) {
    if (opened === null) {
      const [, indent = '', fence, language = ''] = /^( *)(`{3,})([\w-]*)\s*$/.exec(line) ?? []
      if (fence !== undefined) opened = { at, indent, fence, language }
    } else if (line.trim() === opened.fence) {
      const { at: begin, indent, language } = opened
      const inside = lines.slice(begin + 1, at).map(each => each.startsWith(indent) ? each.slice(indent.length) : each)
      const between = lines.slice(closedAt + 1, begin)
      blocks.push({
        ...{ document, language, line: begin + 1 },
        text: inside.map(each => `${each}\n`).join(''),
        notRun: mark('not run', between),
        file: mark('file', between),
        isOutput: closedAt >= 0 && between.every(each => each.trim() === '')
      })
      closedAt = at
      opened = null
    }
  }
  if (opened !== null) throw new Error(`${document}:${opened.at + 1}: this block is not closed`)
  return blocks
}

/** What a comment directly above a block says of it. */
function mark (name: string, above: readonly string[]): string | null {
  const marks = above.slice(above.findLastIndex(line => line.trim() !== '' && !line.trim().startsWith('<!-- ')) + 1)
  const values = marks.map(line => new RegExp(`^\\s*<!-- ${name}: (.+) -->\\s*$`).exec(line)?.[1])
  return values.find(value => value !== undefined) ?? null
}

/** Where a block is, for a message. */
export function placeOf ({ document, line, language }: Block): string {
  return `${document}:${line} (${language})`
}

const shells = ['sh', 'bash', 'console']

/** True for commands that a reader types. A script (`#!`) is a file. */
export function isCommands ({ language, text, file }: Block): boolean {
  return shells.includes(language) && file === null && !text.startsWith('#!')
}
