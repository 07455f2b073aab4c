import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { DiskRecord } from './disk-log.js'

/** What became of a change that was not synced: of a torn write some sectors, of a zeroed one the length alone. */
export type Fate = 'kept' | 'lost' | 'torn' | 'zeroed'

/** How a power loss treats what was not synced. */
export interface Loss {
  readonly title: string
  /** The fate of each change of a file, the oldest first. */
  fate (index: number, count: number): Fate
  /** How many of the unsynced changes of folders are there: the first ones, as journaling file systems keep order. */
  entries (count: number): number
  /** Where between 0 and 1 a write is torn. */
  tear (): number
}

type Change =
  | { readonly type: 'write', readonly offset: number, readonly data: Buffer }
  | { readonly type: 'truncate', readonly size: number }

interface FileNode {
  /** What is on the disk for certain. */
  readonly durable: Content
  /** What has been changed since the last sync. */
  pending: Change[]
}

/** A change of a folder's entries: made, removed, or both in one step. */
interface EntryChange {
  readonly folder: string
  readonly added?: { readonly path: string, readonly node: FileNode | 'folder' }
  readonly removed?: string
}

type Entries = Map<string, FileNode | 'folder'>

const sectorBytes = 512

/**
 * A disk with its cache, as a program's calls leave it. The promises that it keeps are those of POSIX and of hard disks
 * and no others: a sync of a file makes its contents durable, a sync of a folder its entries; a sector is written whole
 * or not at all. Until then each change may be there or not, also without those before it.
 */
export class ImaginedDisk {
  readonly #durable: Entries = new Map()
  /** As the program sees them. */
  readonly #names: Entries = new Map()
  readonly #files = new Map<string, FileNode>()
  #pending: EntryChange[] = []

  /** Takes what is in a folder now for durable. */
  load (folder: string): void {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      const node = entry.isDirectory() ? 'folder' : { durable: new Content(readFileSync(path)), pending: [] }
      if (node !== 'folder') this.#files.set(String(statSync(path).ino), node)
      this.#durable.set(path, node)
      this.#names.set(path, node)
    }
  }

  /** Follows one call of the program. */
  follow (record: DiskRecord): void {
    switch (record.type) {
      case 'create': {
        const node: FileNode = { durable: new Content(), pending: [] }
        this.#files.set(record.inode, node)
        this.#enter({ added: { path: record.path, node } })
        break
      }
      case 'mkdir': this.#enter({ added: { path: record.path, node: 'folder' } }); break
      case 'unlink': case 'rmdir': this.#enter({ removed: record.path }); break
      case 'rename': {
        const node = this.#names.get(record.from)
        if (node !== undefined) this.#enter({ removed: record.from, added: { path: record.to, node } })
        break
      }
      case 'write': case 'truncate': this.#files.get(record.inode)?.pending.push(record); break
      case 'sync': this.#sync(record.inode); break
      // After a failed fsync Linux takes the pages for clean: what they held may never come to the disk.
      case 'lost': this.#forget(record.inode); break
      case 'syncdir': this.#syncFolder(record.path); break
    }
  }

  /** Writes what is on the disk after a power loss now: what was in `folder` is then in `target`. */
  writeImage (loss: Loss, { folder, target }: { readonly folder: string, readonly target: string }): void {
    const there = new Map(this.#durable)
    for (const change of this.#pending.slice(0, loss.entries(this.#pending.length))) apply(there, change)
    // Folders before what is in them.
    for (const path of [...there.keys()].sort()) {
      const place = join(target, relative(folder, path))
      const node = there.get(path)
      const isReached = dirname(path) === folder || there.has(dirname(path))
      if (node === 'folder') mkdirSync(place, { recursive: true })
      else if (node !== undefined && isReached) writeFileSync(place, survivor(node, loss))
    }
  }

  #enter (change: Omit<EntryChange, 'folder'>): void {
    const entered = { ...change, folder: dirname(change.added?.path ?? change.removed ?? '') }
    apply(this.#names, entered)
    this.#pending.push(entered)
  }

  #sync (inode: string): void {
    const node = this.#files.get(inode)
    if (node === undefined) return
    for (const change of node.pending) node.durable.apply(change)
    node.pending = []
  }

  #forget (inode: string): void {
    const node = this.#files.get(inode)
    if (node !== undefined) node.pending = []
  }

  #syncFolder (folder: string): void {
    for (const change of this.#pending) if (change.folder === folder) apply(this.#durable, change)
    this.#pending = this.#pending.filter(change => change.folder !== folder)
  }
}

function apply (entries: Entries, { added, removed }: EntryChange): void {
  if (removed !== undefined) entries.delete(removed)
  if (added !== undefined) entries.set(added.path, added.node)
}

function survivor ({ durable, pending }: FileNode, loss: Loss): Buffer {
  if (pending.length === 0) return durable.bytes()
  const content = new Content(durable.bytes())
  for (const [index, change] of pending.entries()) {
    const fate = loss.fate(index, pending.length)
    if (fate === 'kept') content.apply(change)
    else if (fate !== 'lost' && change.type === 'write') content.applyPart(change, fate === 'torn' ? loss.tear() : 0)
  }
  return content.bytes()
}

/** Bytes that may grow. */
class Content {
  #room: Buffer
  #size: number

  constructor (bytes: Uint8Array = Buffer.alloc(0)) {
    this.#room = Buffer.from(bytes)
    this.#size = bytes.length
  }

  bytes (): Buffer {
    return this.#room.subarray(0, this.#size)
  }

  apply (change: Change): void {
    if (change.type === 'truncate') {
      this.#resize(change.size)
      return
    }
    const { offset, data } = change
    this.#resize(Math.max(this.#size, offset + data.length))
    data.copy(this.#room, offset)
  }

  /** Applies the sectors of a write up to a place between 0 and 1; the file has its new length all the same. */
  applyPart ({ offset, data }: Extract<Change, { type: 'write' }>, part: number): void {
    const sector = Math.floor((offset + data.length * part) / sectorBytes) * sectorBytes
    const kept = Math.min(data.length, Math.max(0, sector - offset))
    this.#resize(Math.max(this.#size, offset + data.length))
    data.copy(this.#room, offset, 0, kept)
  }

  #resize (size: number): void {
    if (size > this.#room.length) {
      const room = Buffer.alloc(Math.max(size, this.#room.length * 2))
      this.#room.copy(room, 0, 0, this.#size)
      this.#room = room
    } else if (size < this.#size) {
      this.#room.fill(0, size, this.#size)
    }
    this.#size = size
  }
}
