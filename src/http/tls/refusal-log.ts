import type { Clock, Instant } from '../../domain/clock.js'
import type { Logger } from '../../domain/log.js'

/** Logs that a client was refused: of each address at most once a minute, with the number of those in between. */
export type RefusalLog = (refusal: { readonly address: string, readonly reason: string }, sentence: string) => void

const quietMs = 60_000

/** How many addresses are remembered; the one that was told of longest ago is forgotten first. */
const addressLimit = 1000

/** Makes a log of refusals. */
export function createRefusalLog ({ log, clock }: { log: Logger, clock: Clock }): RefusalLog {
  const told = new Map<string, { readonly at: Instant, unsaid: number }>()

  return ({ address, reason }, sentence) => {
    const now = clock.now()
    const last = told.get(address)
    if (last !== undefined && now >= last.at && now - last.at < quietMs) {
      last.unsaid++
      return
    }
    log.warn({ address, reason, ...last !== undefined && last.unsaid > 0 ? { unsaid: last.unsaid } : {} }, sentence)
    told.delete(address)
    told.set(address, { at: now, unsaid: 0 })
    const [oldest] = told.keys()
    if (told.size > addressLimit && oldest !== undefined) told.delete(oldest)
  }
}
