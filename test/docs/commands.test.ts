/** Every command of every document is run, in its order, as a reader at one terminal would. */
import t, { type Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { blocksOf, documents, isCommands, placeOf, type Block } from '../support/markdown.js'
import { differenceOf } from './expected.js'
import { openSession, type Ran, type Session } from './session.js'
import { surroundingsOf } from './surroundings.js'

/** STEWARD_DOCS names the documents to read, where not all are wanted. */
const wanted = process.env['STEWARD_DOCS']?.split(',') ?? documents

// Each has a shell and an agent of its own, and mostly waits.
t.jobs = 3

for (const document of documents.filter(each => wanted.includes(each))) {
  const blocks = blocksOf(document)
  if (!blocks.some(isRun)) continue
  const surroundings = surroundingsOf(document)
  t.test(`${document} does as it says`, { skip: surroundings.skip, buffered: true }, async t => {
    const session = await openSession(t, await surroundings.prepare(t))
    await new Reader(t, session).read(blocks)
    if (session.streams().length === 0) return
    await session.run(longAction)
    const told = (stream: string): boolean => /^event: transition$/m.test(stream)
    await eventually('each stream that was opened tells of something', () => session.streams().every(told))
  })
}

function isRun (block: Block): boolean {
  return block.notRun === null && isCommands(block)
}

/** True for what the block before prints. */
function isShown (block: Block): boolean {
  return block.isOutput && block.notRun === null && !isCommands(block)
}

/** The action that a reader has who is told what to do with one. */
const longAction = `curl -X POST -H 'content-type: application/json' http://127.0.0.1:8000/api/v1/actions \\
  -d '{"kind":"agent.steward/test.script","args":{"steps":[{"do":"sleep","ms":60000}]}}'`

/** Somebody who does what a document says. */
class Reader {
  readonly #t: Test
  readonly #session: Session
  #output = ''
  /** Of the last action that was heard of: documents call it ID. */
  #id: string | null = null

  constructor (t: Test, session: Session) {
    this.#t = t
    this.#session = session
  }

  async read (blocks: readonly Block[]): Promise<void> {
    for (const [at, block] of blocks.entries()) {
      const before = blocks[at - 1]
      if (block.file !== null) this.#session.write(block.file, block.text)
      else if (isRun(block) && block.language === 'console') await this.#type(block)
      else if (isRun(block)) await this.#paste(block, blocks[at + 1])
      else if (isShown(block) && before !== undefined && isRun(before)) this.#compare(block, block.text)
    }
  }

  /** All of a block at once. What it prints may be shown below it; it may fail then. */
  async #paste (block: Block, next: Block | undefined): Promise<void> {
    const { output, failures } = await this.#run(block.text)
    if (next !== undefined && isShown(next)) return
    this.#t.same(failures, [], `${placeOf(block)} succeeds\n${failures.length > 0 ? output : ''}`)
  }

  /** Each line after a prompt by itself. What is shown below it is what it prints; such a command may fail. */
  async #type (block: Block): Promise<void> {
    for (const [, typed = '', shown = ''] of block.text.matchAll(/^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)/gm)) {
      const { output, failures } = await this.#run(typed)
      if (shown.trim() !== '') this.#compare(block, shown)
      else this.#t.same(failures, [], `${placeOf(block)}: ${typed.trim()} succeeds\n${failures.length > 0 ? output : ''}`)
    }
  }

  async #run (commands: string): Promise<Ran> {
    const placeholder = /(?<=\/|steward (?:show|cancel) |grep )ID\b/g
    if (this.#id === null && placeholder.test(commands)) this.#heard(await this.#session.run(longAction))
    const ran = await this.#session.run(commands.replace(placeholder, () => this.#id ?? 'ID'))
    this.#output = ran.output
    this.#heard(ran)
    return ran
  }

  #heard ({ output }: Ran): void {
    const ids = [...output.matchAll(/"(?:action_)?id" ?: ?"([0-9a-f-]{36})"/g)]
    this.#id = ids.at(-1)?.[1] ?? this.#id
  }

  #compare (block: Block, shown: string): void {
    this.#t.equal(differenceOf(shown, this.#session.translateBack(this.#output)), null, `${placeOf(block)} is what is printed`)
  }
}
