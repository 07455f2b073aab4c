import type { Clock } from '../../domain/clock.js'
import type { Logger } from '../../domain/log.js'
import { stampFiles, type TlsSettings } from './files.js'
import { readMaterial, type TlsMaterial } from './material.js'
import { describeCertificate, doubtsAboutDates } from './certificate-words.js'

/** The certificates of a listener, read anew when their files change. */
export interface TlsKeeper {
  /** The clock by which certificates begin and end. */
  readonly clock: Clock
  /** How clients are asked for certificates; null: they are not. */
  readonly clients: 'required' | 'optional' | null
  /** What is in force. */
  readonly current: () => TlsMaterial
  /**
   * Looks whether the files have changed, at most once a second, and reads them when they have. Returns the new
   * material when something of it differs. Files that cannot be used change nothing; this is logged once for each
   * change, and they are tried again at a later call.
   */
  readonly refresh: () => TlsMaterial | null
  /** Logs whose certificate it is and when it ends. To be called when the agent listens. */
  readonly announce: () => void
}

/** What a keeper is made of. */
export interface KeeperParts {
  readonly settings: TlsSettings
  readonly log: Logger
  readonly clock: Clock
}

/** Milliseconds between two looks at the files. */
const lookMs = 1000

/** Milliseconds between two warnings of the same: a day. */
const warnAgainMs = 86_400_000

/** Milliseconds in which a file may be changed again without a sign of it: file systems have coarse clocks. */
const settleMs = 2000

/** Files that cannot be used. */
export class TlsFilesError extends Error {
  /** What is wrong: a sentence each, with the setting and the file. */
  readonly troubles: readonly string[]

  constructor (troubles: readonly string[]) {
    super(troubles.join(' '))
    this.troubles = troubles
  }
}

/**
 * Makes a keeper of the files, which are read at once.
 * @throws TlsFilesError
 */
export function createTlsKeeper ({ settings, log, clock }: KeeperParts): TlsKeeper {
  let stamps = stampFiles(settings)
  const first = readMaterial(settings)
  if (first.material === null) throw new TlsFilesError(first.troubles)
  let material = first.material
  let readAt = clock.now()
  let lookedAt = readAt
  let warnedAt = readAt
  let told = ''

  function look (): TlsMaterial | null {
    const now = clock.now()
    // A clock that was put back must not stop the looks.
    if (now >= lookedAt && now - lookedAt < lookMs) return null
    lookedAt = now
    if (now - warnedAt >= warnAgainMs) warnOfDates()
    const found = stampFiles(settings)
    if (found.mark === stamps.mark && stamps.changedAt < readAt - settleMs && told === '') return null
    stamps = found
    readAt = now
    return read()
  }

  function read (): TlsMaterial | null {
    const { material: next, troubles } = readMaterial(settings)
    if (next === null) {
      const sentences = troubles.join(' ')
      if (told !== sentences) log.warn({ troubles }, 'the TLS files cannot be used as they are now; what was read before stays')
      told = sentences
      return null
    }
    told = ''
    if (isSame(material, next)) return null
    material = next
    log.info(describeCertificate(next.certificate), 'the TLS files were read anew')
    warnOfDates()
    return next
  }

  function warnOfDates (): void {
    warnedAt = clock.now()
    for (const doubt of doubtsAboutDates(material, warnedAt)) log.warn({}, doubt)
  }

  return {
    clock,
    clients: settings.clients_ca_bundle === null ? null : settings.clients,
    current: () => material,
    refresh: look,
    announce () {
      log.info(describeCertificate(material.certificate), 'connections are encrypted')
      warnOfDates()
    }
  }
}

function isSame (one: TlsMaterial, other: TlsMaterial): boolean {
  return one.context.cert === other.context.cert && one.context.key === other.context.key && one.trust === other.trust
}
