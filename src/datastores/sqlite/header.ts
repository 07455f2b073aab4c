import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** What the first 100 bytes of a database file tell (https://www.sqlite.org/fileformat2.html, section 1.3). */
export interface DatabaseHeader {
  readonly journalMode: 'wal' | 'rollback'
  readonly pageSize: number
  /** In WAL mode as of the last checkpoint. */
  readonly pageCount: number
  readonly encoding: string
  /** Grows with each transaction, in rollback-journal mode; hardly moves in WAL mode. Unsigned, 32 bits. */
  readonly changeCounter: number
  /** Of the main file alone. */
  readonly sizeBytes: number
}

const headerBytes = 100
const emptyHeader = { journalMode: 'rollback', pageSize: 4096, pageCount: 0, encoding: 'UTF-8', changeCounter: 0 } as const
const magic = 'SQLite format 3\0'
const encodings: Readonly<Record<number, string>> = { 1: 'UTF-8', 2: 'UTF-16le', 3: 'UTF-16be' }

/** The database file cannot be read or is none. The message is a part of a sentence. */
export class UnreadableDatabase extends Error {
  override readonly name = 'UnreadableDatabase'
}

/**
 * Reads the header of a database file. It takes no lock and keeps no handle, so a busy, replaced or recreated file is
 * no trouble. Rejects with `UnreadableDatabase`.
 *
 * The process must have no SQLite connection to the file: closing any descriptor of a file drops all POSIX locks that
 * the process holds on it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 */
export async function readHeader (path: string): Promise<DatabaseHeader> {
  const { bytes, sizeBytes } = await readStart(path)
  // An empty file is a database in which nothing has been written yet.
  if (sizeBytes === 0) return { ...emptyHeader, sizeBytes }
  const pageSize = bytes.length < headerBytes ? 0 : readPageSize(bytes)
  if (pageSize === 0 || bytes.toString('latin1', 0, magic.length) !== magic) {
    throw new UnreadableDatabase(`${path} is not an SQLite database`)
  }
  return {
    journalMode: bytes.readUInt8(18) === 2 ? 'wal' : 'rollback',
    pageSize,
    pageCount: readPageCount(bytes) ?? Math.floor(sizeBytes / pageSize),
    encoding: encodings[bytes.readUInt32BE(56)] ?? 'UTF-8',
    changeCounter: bytes.readUInt32BE(24),
    sizeBytes
  }
}

async function readStart (path: string): Promise<{ bytes: Buffer, sizeBytes: number }> {
  try {
    // Without O_NONBLOCK the opening of a named pipe would wait for a writer, for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (!found.isFile()) throw new UnreadableDatabase(`${path} is not a file`)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0)
      return { bytes: buffer.subarray(0, bytesRead), sizeBytes: found.size }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof UnreadableDatabase) throw error
    throw new UnreadableDatabase(explain(path, error as NodeJS.ErrnoException), { cause: error })
  }
}

function explain (path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR': return `${path} does not exist`
    case 'EACCES': return `${path} may not be read by this user`
    default: return `${path} cannot be read (${error.code ?? error.message})`
  }
}

/** 0 when it is none that SQLite has. */
function readPageSize (bytes: Buffer): number {
  const size = bytes.readUInt16BE(16) === 1 ? 65536 : bytes.readUInt16BE(16)
  return size >= 512 && (size & (size - 1)) === 0 ? size : 0
}

/** Null when an old library has left it behind: it counts only if it was written together with the change counter. */
function readPageCount (bytes: Buffer): number | null {
  const count = bytes.readUInt32BE(28)
  return count > 0 && bytes.readUInt32BE(24) === bytes.readUInt32BE(92) ? count : null
}
