import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AgentInfo } from '../domain/info.js'

const ownRoot = fileURLToPath(new URL('../../', import.meta.url))

/**
 * What this agent is: the version of `package.json`, and the commit it was built from. A build may leave
 * `dist/build.json` (`{"checkout": "<commit>", "taint": "tainted" | "not tainted"}`), which is believed; else a
 * checkout's `.git` is read; else the commit is `unknown`. Without a word of the build nothing is called tainted.
 */
export function agentVersion (root: string = ownRoot): AgentInfo {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const build = readBuild(join(root, 'dist', 'build.json'))
  return {
    number: version,
    checkout: build.checkout ?? headCommit(join(root, '.git')) ?? 'unknown',
    taint: build.taint ?? 'not tainted'
  }
}

function readBuild (file: string): { readonly checkout?: string, readonly taint?: string } {
  const text = readText(file)
  return text === null ? {} : JSON.parse(text) as { checkout?: string, taint?: string }
}

/** Follows HEAD by hand, so that no process has to be started. Null where this is no checkout. */
function headCommit (dotGit: string): string | null {
  // In a worktree `.git` is a file that names the folder, and the branches lie in the folder that `commondir` names.
  const elsewhere = readText(dotGit)?.match(/^gitdir: (.+)$/m)?.[1]
  const folder = elsewhere === undefined ? dotGit : resolve(dotGit, '..', elsewhere)
  const common = resolve(folder, readText(join(folder, 'commondir'))?.trim() ?? '.')
  const head = readText(join(folder, 'HEAD'))?.trim() ?? ''
  const branch = head.match(/^ref: (\S+)$/)?.[1]
  const commit = branch === undefined ? head : readText(join(common, branch))?.trim() ?? packedCommit(common, branch)
  return commit !== null && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null
}

function packedCommit (common: string, branch: string): string | null {
  const lines = readText(join(common, 'packed-refs'))?.split('\n') ?? []
  return lines.find(line => line.endsWith(` ${branch}`))?.split(' ')[0] ?? null
}

function readText (file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
