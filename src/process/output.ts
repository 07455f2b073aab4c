import { fstatSync, ftruncateSync, readSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** A file grown past this many bytes is emptied while its command still writes to it. */
const largestFile = 1024 * 1024

/** One output of a command: a file of its own, of which the end is kept. */
export interface Output {
  /** The descriptor for the command: opened for appending, so that it goes on at the start of an emptied file. */
  readonly fd: number
  /** Closes this process's copy of `fd`; the command has its own. */
  handOver (): Promise<void>
  /** Empties the file if it has grown large, keeping its end in memory. Never throws: trouble shows at the end. */
  trim (): void
  /** Reads the end and empties the file. Whoever still writes to it is not heard any more. */
  take (): { readonly text: string, readonly cut: boolean }
  /** Closes everything here. */
  close (): Promise<void>
}

/** What an output is to be. */
export interface OutputOptions {
  readonly path: string
  /** How much of its end is kept. */
  readonly keepBytes: number
  /** Whose the file is, so that a command of another user can open its `/dev/stdout`; null: this user's. */
  readonly owner: Owner | null
}

/** A user and a group, by their numbers. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Creates the file, which must not exist, readable by its owner alone. */
export async function openOutput ({ path, keepBytes, owner }: OutputOptions): Promise<Output> {
  const writer = await open(path, 'ax', 0o600)
  const reader = await openReader(path, { writer, owner }).catch(async (error: unknown) => {
    await writer.close()
    throw error
  })
  let kept: Buffer = Buffer.alloc(0)
  let cut = false
  let handedOver = false

  // Synchronous: what is written between the reading and the emptying is lost, so they follow each other at once.
  function take (): void {
    const { size } = fstatSync(reader.fd)
    const all = Buffer.concat([kept, readEnd(reader.fd, { size, keepBytes })])
    ftruncateSync(reader.fd, 0)
    cut ||= all.length > keepBytes || size > keepBytes
    kept = all.subarray(Math.max(0, all.length - keepBytes))
  }

  async function handOver (): Promise<void> {
    if (handedOver) return
    handedOver = true
    await writer.close()
  }

  return {
    fd: writer.fd,
    handOver,
    async close () {
      await handOver()
      await reader.close()
    },
    trim () {
      try {
        if (fstatSync(reader.fd).size > Math.max(largestFile, keepBytes)) take()
      } catch {
        // The same trouble meets `take`, which has somebody to tell it to.
      }
    },
    take () {
      take()
      return { text: cut ? textFromBoundary(kept) : kept.toString('utf8'), cut }
    }
  }
}

async function openReader (path: string, { writer, owner }: { writer: FileHandle, owner: Owner | null }):
Promise<FileHandle> {
  if (owner !== null) await writer.chown(owner.uid, owner.gid)
  return await open(path, 'r+')
}

function readEnd (file: number, { size, keepBytes }: { size: number, keepBytes: number }): Buffer {
  const buffer = Buffer.alloc(Math.min(size, keepBytes))
  return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, size - buffer.length))
}

/** The text from its first whole UTF-8 character on: at most three bytes can belong to one that was cut through. */
function textFromBoundary (bytes: Buffer): string {
  let start = 0
  while (start < 3 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1
  return bytes.toString('utf8', start)
}
