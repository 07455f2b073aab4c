import { parse } from 'node:path'
import {
  identityOf, isTaken, makeTargetFolder, nameTaken, publishAs, resumePublishing, targetOf, targetSchema
} from '../../../backup-target.js'
import type { BackupTarget } from '../../../backup-target.js'
import { isJsonObject } from '../../../domain/json.js'
import type { JsonObject, JsonValue } from '../../../domain/json.js'
import { failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import type { Action } from '../../../domain/action.js'
import { failedBy } from '../task-runner.js'
import type { TaskRunner } from '../task-runner.js'
import type { CopyNews } from '../tasks.js'
import { beginPartial, companionEnds, removePartial } from './partial.js'

interface BackupArgs {
  readonly file?: string
}

interface BackupOptions {
  readonly tasks: TaskRunner
  /** Absolute. */
  readonly databasePath: string
  /** Absolute. */
  readonly backupDir: string
}

/** What is known of a copy that has been checked. A type, since payloads are JSON objects. */
type Copy = { file: string, bytes: number, pages: number, integrity: 'ok' }

/**
 * Makes the kind `sqlite.steward/backup`. A file under the final name is always a whole, checked copy that is on disk:
 * the copy is made beside it, as `<file>.partial`, and given its name by this process when all is done, so that a child
 * whose agent has died cannot do it. A run that is interrupted, cancelled or failed leaves nothing under that name.
 *
 * In rollback-journal mode the database's writers wait while it is copied (not while the copy is checked).
 */
export function createBackupKind ({ tasks, databasePath, backupDir }: BackupOptions): ActionKind<BackupArgs> {
  return {
    kind: 'sqlite.steward/backup',
    summary: 'Copies the SQLite database, as it is at one moment, to a new file under the backup folder, and checks the copy.',
    args: {
      type: 'object',
      properties: {
        file: { ...targetSchema(companionEnds), description: 'Name of the new file, below the backup folder. Default: made of the names of database and action.' }
      },
      additionalProperties: false
    },
    example: { file: 'weekly/app.db' },
    timeoutMs: null,
    onInterrupt: 'resume',
    async run (context) {
      const target = targetOf(backupDir, context.args.file ?? defaultName(databasePath, context.action))
      await makeTargetFolder(target)
      try {
        return await resume(context, target) ?? await backup({ context, target, tasks })
      } finally {
        await removePartial(target)
      }
    }
  }
}

/** The same in every run of an action. */
function defaultName (databasePath: string, { id }: Action): string {
  const { name, ext } = parse(databasePath)
  return `${name.replace(/^\.+/, '')}-${id}${ext === '' ? '.db' : ext}`
}

/** Goes on with what an interrupted run had published, or had begun to; null when there is nothing. */
async function resume (context: KindContext<BackupArgs>, target: BackupTarget): Promise<Outcome | null> {
  const { resumed, action, signal } = context
  const recorded = resumed ? action.statePayload : null
  if (!isJsonObject(recorded) || recorded['stage'] !== 'publish') return null
  const payload = copyOf(target, { bytes: Number(recorded['bytes']), pages: Number(recorded['pages']) })
  return await resumePublishing(target, { identity: String(recorded['inode']), payload, signal })
}

async function backup ({ context, target, tasks }:
{ context: KindContext<BackupArgs>, target: BackupTarget, tasks: TaskRunner }): Promise<Outcome> {
  context.signal.throwIfAborted()
  if (await isTaken(target)) return nameTaken(target)
  await beginPartial(target)
  // A copy that begins again is no progress before it is further than an interrupted run was: one under which the agent
  // dies each time has to be given up.
  const before = reachedBy(context.action.statePayload)
  const onNews = async (news: unknown): Promise<void> => {
    const payload = progressOf(target, news as CopyNews)
    if (reachedBy(payload) > before) await context.progress(payload)
  }
  const { result, trouble } = await tasks.run({ task: 'copy', copy: target.partial }, { signal: context.signal, onNews })
  if (trouble !== undefined) return failedBy(trouble)
  if (result.problems.length > 0) {
    return failed('The copy is damaged, and has been removed: the database itself may be damaged.', {
      variant: 'SQLITE_CORRUPT', more: { problems: [...result.problems] }
    })
  }
  const copy = copyOf(target, result)
  // On disk before the name is given: a run that comes after a crash knows its own file by this.
  await context.progress({ stage: 'publish', ...copy, inode: await identityOf(target) })
  return await publishAs(target, copy)
}

function copyOf ({ name }: BackupTarget, { bytes, pages }: { bytes: number, pages: number }): Copy {
  return { file: name, bytes, pages, integrity: 'ok' }
}

function progressOf ({ name }: BackupTarget, { stage, pagesDone, pagesTotal }: CopyNews): JsonObject {
  return { stage, pages_done: pagesDone, pages_total: pagesTotal, file: name }
}

/** How far a run is that has reported this: pages while it copies, more than any page after that; -1 at its start. */
function reachedBy (payload: JsonValue): number {
  if (!isJsonObject(payload)) return -1
  const { stage, pages_done: pages } = payload
  return stage === 'copy' ? Number(pages) : Number.MAX_SAFE_INTEGER
}
