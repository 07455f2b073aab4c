import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder, type Teardown } from './engine.js'

/**
 * A folder on a file system of its own with little room, for example `2m`, unmounted at the end of the test; null where
 * this user may not mount one.
 */
export function smallDisk (t: Teardown, size: string): string | null {
  const disk = join(temporaryFolder(t), 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    return null
  }
  t.teardown(() => { execFileSync('umount', ['-l', disk]) })
  return disk
}

/** What a test that needs a small disk says where there is none. */
export const noSmallDisk = 'mounting a small file system needs root'
