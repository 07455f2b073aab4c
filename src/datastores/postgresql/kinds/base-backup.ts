import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  identityOf, isTaken, makeTargetFolder, nameTaken, publishAs, resumePublishing, targetOf, targetSchema
} from '../../../backup-target.js'
import type { BackupTarget } from '../../../backup-target.js'
import { isJsonObject } from '../../../domain/json.js'
import type { JsonObject, JsonValue } from '../../../domain/json.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import { copyServer, copySpeed, speedArgs, thinNews } from '../copying.js'
import type { CopyNews, CopySource } from '../copying.js'
import { endEarlierRun } from '../earlier-run.js'
import { programError } from '../programs.js'
import type { Programs } from '../programs.js'
import { refusal } from '../refusal.js'
import { failedBy } from '../trouble.js'

interface BaseBackupArgs {
  readonly name?: string
  readonly format?: 'plain' | 'tar'
  readonly compress?: boolean
  readonly checkpoint?: 'fast' | 'spread'
  readonly max_bytes_per_second?: number
}

/** What the kind works with. */
export interface BaseBackupParts {
  readonly programs: Programs
  /** The node's own server. */
  readonly source: CopySource
  /** Absolute. */
  readonly backupDir: string
}

/** A type, since payloads are JSON objects. */
type Backup = { name: string, format: 'plain' | 'tar', compressed: boolean, verified: boolean, bytes: number }

/**
 * Makes the kind `postgresql.steward/base-backup`. A folder under the final name is always a whole copy that is on
 * disk, and verified where it is plain (pg_verifybackup reads no archives before version 18): the copy is made in
 * `<name>.partial` and moved when all is done. A run that is interrupted, cancelled or failed leaves nothing under
 * that name, and its copy is removed.
 */
export function createBaseBackupKind (parts: BaseBackupParts): ActionKind<BaseBackupArgs> {
  return {
    kind: 'postgresql.steward/base-backup',
    summary: 'Copies the whole PostgreSQL server with pg_basebackup to a new folder under the backup folder, and verifies the copy.',
    args: argsSchema,
    example: { name: 'weekly/2026-11-21', format: 'tar', compress: true },
    timeoutMs: null,
    onInterrupt: 'resume',
    async run (context) {
      const target = targetOf(parts.backupDir, context.args.name ?? `postgresql-${context.action.id}`)
      try {
        await makeTargetFolder(target)
      } catch (error) {
        return failedBy(refusal(`The folder of the backup cannot be made below ${target.backupDir}. Correct backup_dir, or its permissions.`, error))
      }
      try {
        return await resume(context, target) ?? await backUp({ context, target, parts })
      } catch (error) {
        return failedBy(error)
      } finally {
        await removePartial(target)
      }
    }
  }
}

const argsSchema = {
  type: 'object',
  properties: {
    name: { ...targetSchema(), description: 'Name of the new folder, below the backup folder. Default: made of the id of the action.' },
    format: { enum: ['plain', 'tar'], default: 'plain', description: 'Plain: files as a server has them. Tar: an archive of each tablespace and of the log.' },
    compress: { type: 'boolean', default: false, description: 'Whether the archives are compressed with gzip.' },
    checkpoint: { enum: ['fast', 'spread'], default: 'fast', description: 'Whether the copy begins with a checkpoint at once, or waits for one that is spread over time.' },
    max_bytes_per_second: copySpeed
  },
  additionalProperties: false,
  allOf: [{
    description: 'Only the format tar is compressed.',
    if: { properties: { compress: { const: true } }, required: ['compress'] },
    then: { properties: { format: { const: 'tar' } }, required: ['format'] }
  }]
}

interface BackupRun {
  readonly context: KindContext<BaseBackupArgs>
  readonly target: BackupTarget
  readonly parts: BaseBackupParts
}

async function backUp (run: BackupRun): Promise<Outcome> {
  const { context, target, parts: { source } } = run
  context.signal.throwIfAborted()
  if (await isTaken(target)) return nameTaken(target)
  await endEarlierRun(source.connections, { context, backendType: 'walsender' })
  if (formatOf(context) === 'plain') await requireVerifiable(run)
  await removePartial(target)
  await mkdir(target.partial, { mode: 0o700 })
  // Under a name of its own: an earlier run's program, which may be about to end, must find nothing of it.
  const part = randomBytes(4).toString('hex')
  const copy = { ...target, partial: join(target.partial, part) }
  await copyTo(copy, run)
  const verified = await verify(copy, run)
  const backup = { ...describe(context, target), verified, bytes: await bytesIn(copy.partial) }
  // On disk before the name is given: a run that comes after a crash knows its own copy by this.
  await context.progress({ stage: 'publish', ...backup, part, inode: await identityOf(copy) })
  return await publishAs(copy, backup)
}

async function copyTo (copy: BackupTarget, { context, parts: { programs, source } }: BackupRun): Promise<void> {
  const { compress = false, checkpoint = 'fast', max_bytes_per_second: speed } = context.args
  await copyServer({
    programs,
    source,
    context,
    args: [
      '--pgdata', copy.partial, `--format=${formatOf(context)}`, `--checkpoint=${checkpoint}`,
      ...compress ? ['--gzip'] : [], ...speedArgs(speed)
    ],
    asServerUser: false,
    onNews: thinNews(async news => {
      await context.progress(progressOf(copy, news))
    }, reachedBy(context.action.statePayload))
  })
}

/** Whether the copy could be verified. @throws PostgresqlError when it is damaged */
async function verify (copy: BackupTarget, { context, parts: { programs } }: BackupRun): Promise<boolean> {
  if (formatOf(context) === 'tar') return false
  if (reachedBy(context.action.statePayload) < verifying) await context.progress({ stage: 'verify', name: copy.name })
  const result = await programs.run('pg_verifybackup', { args: [copy.partial], signal: context.signal })
  if (result.exitCode === 0) return true
  throw programError('The copy is damaged or cannot be read, and has been removed: the words of pg_verifybackup say why.', result)
}

/** Goes on with what an interrupted run had published, or had begun to; null when there is nothing. */
async function resume (context: KindContext<BaseBackupArgs>, target: BackupTarget): Promise<Outcome | null> {
  const recorded = context.resumed ? context.action.statePayload : null
  if (!isJsonObject(recorded) || recorded['stage'] !== 'publish') return null
  const copy = { ...target, partial: join(target.partial, String(recorded['part'])) }
  const verified = recorded['verified'] === true
  const payload = { ...describe(context, target), verified, bytes: Number(recorded['bytes']) }
  return await resumePublishing(copy, { identity: String(recorded['inode']), payload, signal: context.signal })
}

function describe (context: KindContext<BaseBackupArgs>, { name }: BackupTarget):
Pick<Backup, 'name' | 'format' | 'compressed'> {
  return { name, format: formatOf(context), compressed: context.args.compress ?? false }
}

function formatOf ({ args: { format = 'plain' } }: KindContext<BaseBackupArgs>): 'plain' | 'tar' {
  return format
}

function progressOf ({ name }: BackupTarget, { phase, bytesDone, bytesTotal }: CopyNews): JsonObject {
  return { stage: 'copy', phase, bytes_done: bytesDone, bytes_total: bytesTotal, name }
}

/** Further than any byte of the copy. */
const verifying = Number.MAX_SAFE_INTEGER

/** How far a run is that has reported this: in bytes while it copies; -1 at its start. */
function reachedBy (payload: JsonValue): number {
  if (!isJsonObject(payload)) return -1
  return payload['stage'] === 'copy' ? Number(payload['bytes_done']) : verifying
}

/**
 * What would be found out only when everything has been copied: whether there is the program that verifies, which
 * distributions pack with the server. And pg_basebackup would write the files of another tablespace to where the server
 * has its own.
 */
async function requireVerifiable ({ context: { signal }, parts: { programs, source } }: BackupRun): Promise<void> {
  await programs.run('pg_verifybackup', { args: ['--version'], signal })
  const [row] = await source.connections.query(
    "select 1 from pg_tablespace where spcname not in ('pg_default', 'pg_global') limit 1")
  if (row === undefined) return
  throw refusal('The server has tablespaces of its own, which are copied in the format tar only. Ask for "format": "tar".')
}

/** Patient, since a program of an earlier run may write its last into it. */
async function removePartial ({ partial }: BackupTarget): Promise<void> {
  await rm(partial, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

async function bytesIn (folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    bytes += entry.isDirectory() ? await bytesIn(path) : (await stat(path)).size
  }
  return bytes
}
