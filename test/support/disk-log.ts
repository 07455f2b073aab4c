import { normalize } from 'node:path'
import type { JsonValue } from '../../src/domain/json.js'

/** One thing that happened to the watched files, or a remark of the test: see disk-recorder.c. */
export type DiskRecord =
  | { readonly type: 'create', readonly inode: string, readonly path: string }
  | { readonly type: 'mkdir' | 'unlink' | 'rmdir' | 'syncdir', readonly path: string }
  | { readonly type: 'rename', readonly from: string, readonly to: string }
  | { readonly type: 'write', readonly inode: string, readonly offset: number, readonly data: Buffer }
  | { readonly type: 'truncate', readonly inode: string, readonly size: number }
  | { readonly type: 'sync' | 'lost', readonly inode: string }
  | { readonly type: 'fault', readonly operation: string, readonly errno: number, readonly path: string }
  | { readonly type: 'mark', readonly remark: JsonValue }

/**
 * Reads the recorder's log. A record that a killed program left unfinished at the end is left out.
 * @throws Error when a line is none of the recorder's
 */
export function readDiskLog (log: Buffer): DiskRecord[] {
  const records: DiskRecord[] = []
  for (let place = 0; place < log.length;) {
    const end = log.indexOf('\n', place)
    if (end === -1) break
    const line = log.toString('utf8', place, end)
    place = end + 1
    const [type = '', ...words] = line.split(' ')
    const rest = line.slice(type.length + 1)
    if (type === 'write') {
      const [inode = '', offset = '', length = ''] = words
      const data = log.subarray(place, place + Number(length))
      place += Number(length) + 1
      if (place > log.length) break
      records.push({ type, inode, offset: Number(offset), data })
    } else {
      records.push(recordOf(type, words, rest))
    }
  }
  return records
}

function recordOf (type: string, words: readonly string[], rest: string): DiskRecord {
  const [first = '', second = ''] = words
  switch (type) {
    case 'create': return { type, inode: first, path: normalize(rest.slice(first.length + 1)) }
    case 'mkdir': case 'unlink': case 'rmdir': case 'syncdir': return { type, path: normalize(rest) }
    case 'rename': {
      const [from = '', to = ''] = rest.split('\t').map(path => normalize(path))
      return { type, from, to }
    }
    case 'truncate': return { type, inode: first, size: Number(second) }
    case 'sync': case 'lost': return { type, inode: first }
    case 'fault': return { type, operation: first, errno: Number(second), path: words.slice(2).join(' ') }
    case 'mark': return { type, remark: JSON.parse(rest) as JsonValue }
    default: throw new Error(`the log of the disk has a line that nobody wrote: ${type} ${rest}`)
  }
}
