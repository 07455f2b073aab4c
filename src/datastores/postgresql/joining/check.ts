import { SupervisorError } from '../../../domain/ports/supervisor.js'
import type { Join } from './join.js'
import { refusal } from '../refusal.js'
import { requireDataFolder, requireSilence } from '../server-control.js'
import { requireClonable, whyNotStreaming } from './standby.js'
import { explainTrouble, PostgresqlError } from '../trouble.js'

/**
 * Whether there is anything to do: false when the node's server streams from the primary already.
 * @throws PostgresqlError when the server runs and does not do so, or something else is in the way
 */
export async function isJoinNeeded (join: Join): Promise<boolean> {
  const { context: { signal }, server, connections, programs, primary, folders, begin } = join
  signal.throwIfAborted()
  await begin('check')
  if (await server.pid(signal) !== null) {
    const why = await whyNotStreaming(connections, primary.address).catch(sentenceOf)
    if (why === null) return false
    throw refusal(`A server runs on ${server.dataDir}. Stop it first, with replicante.io/store.stop.`, why)
  }
  await requireStopped(join)
  await requireSilence(server, connections)
  await requireDataFolder(folders.data)
  await requireClonable({ primary: primary.connections, programs, signal })
  return true
}

/** @throws PostgresqlError when the node's server, or its service, runs; the signal's reason */
export async function requireStopped ({ context: { signal }, server, supervisor }: Join): Promise<void> {
  if (await server.pid(signal) !== null) {
    throw refusal(`A server runs on ${server.dataDir}. Stop it first, with replicante.io/store.stop.`)
  }
  if (supervisor === null) return
  if (await supervisor.pid(signal).catch(rethrowSupervisor) === null) return
  throw refusal(`There is a process of ${supervisor.service}. Stop it first, with replicante.io/service.stop.`)
}

/** What the supervisor could not do, as an error of the datastore; anything else as it is. */
export function rethrowSupervisor (error: unknown): never {
  if (!(error instanceof SupervisorError)) throw error
  const { message, layers } = error
  throw new PostgresqlError({ sentence: message, unavailable: false, layers: [...layers], variant: null }, error)
}

/** The sentence of a PostgresqlError. @throws any other error */
export function sentenceOf (error: unknown): string {
  return explainTrouble(error).sentence
}
