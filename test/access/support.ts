import type { Logger } from '../../src/domain/log.js'
import { recordLog } from '../support/log-record.js'

interface RecordedLog {
  readonly log: Logger
  /** What was logged since this was asked before: `LEVEL MESSAGE`, and the fields. */
  readonly news: () => Array<readonly [string, Record<string, unknown>]>
}

/** A real logger, and what is new in it. */
export function newsOfLog (): RecordedLog {
  const { log, lines } = recordLog()
  let told = 0
  return {
    log,
    news () {
      const records = lines().slice(told).map(line => JSON.parse(line) as { level: number, msg: string })
      told = lines().length
      return records.map(({ level, msg, ...fields }) => {
        for (const usual of ['time', 'pid', 'hostname'] as const) delete (fields as Record<string, unknown>)[usual]
        return [`${level >= 50 ? 'error' : level >= 40 ? 'warn' : 'info'}: ${msg}`, fields]
      })
    }
  }
}
