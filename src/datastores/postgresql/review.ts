import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { ProgramName } from './programs.js'
import { isMissingOrEmpty } from './server-control.js'
import type { PostgresqlSettings } from './settings.js'

/** What is looked at: the settings, and where base backups go. */
export interface ReviewOptions {
  readonly settings: PostgresqlSettings
  /** Absolute. */
  readonly backupDir: string
}

/** What of the settings cannot work on this machine, in sentences. */
export async function reviewSettings ({ settings, backupDir }: ReviewOptions): Promise<string[]> {
  const found = await Promise.all([
    reviewPrograms(settings), reviewDataFolder(settings.data_dir), reviewBackupFolder(backupDir), reviewUser(settings)
  ])
  return found.filter(sentence => sentence !== null)
}

async function reviewPrograms ({ bin_dir: folder, data_dir: dataDir }: PostgresqlSettings): Promise<string | null> {
  const wanted: ProgramName[] = ['pg_basebackup', 'pg_verifybackup', ...dataDir === null ? [] : ['pg_ctl' as const]]
  const folders = folder === null ? (process.env['PATH'] ?? '').split(delimiter) : [folder]
  const missing: string[] = []
  for (const name of wanted) if (!await isProgramIn(folders, name)) missing.push(name)
  if (missing.length === 0) return null
  const where = folder === null ? 'in PATH, and bin_dir is not set' : `in bin_dir, ${folder}`
  return `There is no ${missing.join(', no ')} ${where}: the kinds that need it fail.`
}

async function isProgramIn (folders: readonly string[], name: string): Promise<boolean> {
  for (const folder of folders) {
    if (await access(join(folder, name), constants.X_OK).then(() => true, () => false)) return true
  }
  return false
}

async function reviewDataFolder (dataDir: string | null): Promise<string | null> {
  if (dataDir === null) return null
  try {
    // A missing one may be just what cluster.join is to make.
    if (await isMissingOrEmpty(dataDir)) return null
    await stat(join(dataDir, 'PG_VERSION'))
    return null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return `data_dir, ${dataDir}, is no data folder of PostgreSQL.`
    return `data_dir, ${dataDir}, cannot be read by this user (${code}).`
  }
}

/** The folder itself is made when it is needed. */
async function reviewBackupFolder (backupDir: string): Promise<string | null> {
  for (let folder = backupDir; ; folder = dirname(folder)) {
    const trouble = await access(folder, constants.W_OK | constants.X_OK).then(() => null, (error: unknown) => error)
    if (trouble === null) return null
    const { code } = trouble as NodeJS.ErrnoException
    if (code !== 'ENOENT' || folder === dirname(folder)) return `backup_dir, ${backupDir}, cannot be written by this user (${code} at ${folder}).`
  }
}

function reviewUser ({ os_user: user, data_dir: dataDir }: PostgresqlSettings): string | null {
  const isRoot = process.getuid?.() === 0
  if (isRoot && user === null && dataDir !== null) {
    return 'The agent runs as root and os_user is not set: pg_ctl refuses root, so store.stop and cluster.join fail.'
  }
  if (!isRoot && user !== null && user !== userInfo().username) {
    return `os_user is ${user}, and only an agent that runs as root can run programs as another user.`
  }
  return null
}
