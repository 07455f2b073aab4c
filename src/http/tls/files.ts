import { readFileSync, statSync } from 'node:fs'

/** The settings that name the files of the listener, as `tls` in the configuration has them. */
export interface TlsSettings {
  readonly server_cert: string | null
  readonly server_key: string | null
  readonly clients_ca_bundle: string | null
  readonly clients_crl: string | null
  readonly clients: 'required' | 'optional'
}

/** The settings of the files, in the order in which they are told of. */
export const fileSettings = ['server_cert', 'server_key', 'clients_ca_bundle', 'clients_crl'] as const

/** The name of one of them. */
export type FileSetting = typeof fileSettings[number]

/** The texts of the files; null where none is configured. */
export type TlsTexts = Readonly<Record<FileSetting, string | null>>

/** What the files are at a moment, without a look into them. */
export interface FileStamps {
  /** Differs when one of the files, or what a link points to, has been written to or replaced. */
  readonly mark: string
  /** When the last of them was changed, in milliseconds since the epoch by the clock of its disk; 0: none is there. */
  readonly changedAt: number
}

/** Looks at the files. Costs some microseconds each. */
export function stampFiles (settings: TlsSettings): FileStamps {
  const marks: string[] = []
  let changedAt = 0
  for (const setting of fileSettings) {
    const path = settings[setting]
    if (path === null) continue
    const found = tryStat(path)
    // The time of the change of the inode, which nobody can set, unlike that of the content.
    marks.push(found === null ? 'none' : `${found.dev}:${found.ino}:${found.size}:${found.ctimeNs}`)
    changedAt = Math.max(changedAt, Number(found?.ctimeMs ?? 0))
  }
  return { mark: marks.join(' '), changedAt }
}

function tryStat (path: string) {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return null
  }
}

/** Bytes. A bundle of all the authorities that there are has a fifth of it. */
const longestFile = 1024 * 1024

/** Reads the files; each that cannot be read gives a sentence to `troubles`, and null. */
export function readTexts (settings: TlsSettings, troubles: string[]): TlsTexts {
  const read = (setting: FileSetting): string | null => {
    const path = settings[setting]
    if (path === null) return null
    try {
      return readText(path)
    } catch (error) {
      troubles.push(`tls.${setting}: ${path} cannot be read: ${(error as Error).message}`)
      return null
    }
  }
  return {
    server_cert: read('server_cert'),
    server_key: read('server_key'),
    clients_ca_bundle: read('clients_ca_bundle'),
    clients_crl: read('clients_crl')
  }
}

function readText (path: string): string {
  const found = statSync(path)
  // Opening a pipe waits for its other side.
  if (!found.isFile()) throw new Error('it is no regular file')
  if (found.size > longestFile) throw new Error(`it has more than ${longestFile} bytes`)
  return readFileSync(path, 'utf8')
}
