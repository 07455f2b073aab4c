import { abortReason } from '../../../domain/kind.js'
import { copyServer, thinNews } from '../copying.js'
import { endEarlierRun } from '../earlier-run.js'
import { newClone, placeOfOld, putBack, readSwap, removeClones, swapDataFolder } from './data-folder.js'
import type { Swap } from './data-folder.js'
import { joinStages } from './join.js'
import type { Join, JoinPosition } from './join.js'
import { isJoinNeeded, requireStopped } from './check.js'
import { dropSlot, isSlotMissing, makeSlot } from './slots.js'
import { tidyStandbySettings } from './standby.js'

/**
 * Puts a clone of the primary in place of the node's data, or goes on with that where an interrupted run has left it.
 * Null when there is nothing to do, since the node streams from the primary already.
 * @throws PostgresqlError, or the signal's reason: the data folder is then as it was
 */
export async function replaceData (join: Join): Promise<Swap | null> {
  const swap = recordedSwap(join)
  if (swap !== null) {
    const state = await readSwap(swap)
    if (state === 'done') return swap
    if (state === 'ready') return await finishSwap(join, { swap, slotMade: join.position.report['slot_made'] === true })
    await putBack(swap)
  }
  return await cloneAndSwap(join)
}

/** The swap that an interrupted run had begun. */
function recordedSwap ({ position: { stage, report }, folders }: Join): Swap | null {
  if (stage < joinStages.indexOf('swap')) return null
  const { clone, data_dir_before: before } = report
  return { folders, clone: String(clone), before: typeof before === 'string' ? before : null }
}

async function cloneAndSwap (join: Join): Promise<Swap | null> {
  const { context, primary, slot, position: { stage, report }, begin } = join
  let begun = stage >= joinStages.indexOf('clone')
  let slotMade = report['slot_made'] === true
  let swap: Swap
  try {
    if (!await isJoinNeeded(join)) {
      if (begun) await discard(join, slotMade)
      return null
    }
    await endEarlierRun(primary.connections, { context, backendType: 'walsender' })
    slotMade ||= slot !== null && await isSlotMissing(primary.connections, slot)
    // On disk before the slot is made: it is removed by whichever run gives up.
    await begin('clone', { slot_made: slotMade })
    begun = true
    if (slot !== null && slotMade) await makeSlot(primary.connections, slot)
    swap = await clone(join)
    await begin('swap', { slot_made: slotMade, clone: swap.clone, data_dir_before: swap.before })
  } catch (error) {
    if (begun) await discard(join, slotMade)
    throw error
  }
  return await finishSwap(join, { swap, slotMade })
}

/** Clones the primary beside the data folder. */
async function clone (join: Join): Promise<Swap> {
  const { context, programs, primary, folders, slot, copyArgs, position, report } = join
  const place = newClone(folders)
  await removeClones(folders)
  await copyServer({
    programs,
    source: primary,
    context,
    args: [
      '--pgdata', place, '--write-recovery-conf', '--checkpoint=fast',
      ...slot === null ? [] : ['--slot', slot], ...copyArgs
    ],
    asServerUser: true,
    onNews: thinNews(async ({ phase, bytesDone, bytesTotal }) => {
      await report({ phase, bytes_done: bytesDone, bytes_total: bytesTotal })
    }, reachedBy(position))
  })
  await tidyStandbySettings({ clone: place, action: context.action, slot })
  return { folders, clone: place, before: await placeOfOld(folders) }
}

/** How many bytes an interrupted run had cloned. */
function reachedBy ({ stage, report }: JoinPosition): number {
  const cloning = joinStages.indexOf('clone')
  if (stage !== cloning) return stage < cloning ? -1 : Number.MAX_SAFE_INTEGER
  return Number(report['bytes_done'] ?? -1)
}

/** A clone may have taken hours, in which somebody may have started the server. */
async function finishSwap (join: Join, { swap, slotMade }: { swap: Swap, slotMade: boolean }): Promise<Swap> {
  const { signal } = join.context
  try {
    await requireStopped(join)
    await swapDataFolder(swap)
    return swap
  } catch (error) {
    await putBack(swap)
    // At a shutdown the next run goes on with the clone.
    if (!signal.aborted || abortReason(signal) !== 'shutdown') await discard(join, slotMade)
    throw error
  }
}

/** Takes away what runs of the action have made, and ends what an interrupted one has left at the primary. */
async function discard ({ context, folders, slot, primary }: Join, slotMade: boolean): Promise<void> {
  // What made the run end may well be in the way of this too.
  await endEarlierRun(primary.connections, { context, backendType: 'walsender' }).catch(() => {})
  await removeClones(folders)
  if (slot !== null && slotMade) await dropSlot(primary.connections, slot)
}
