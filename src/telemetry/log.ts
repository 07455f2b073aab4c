import { createRequire } from 'node:module'
import { pino, stdSerializers, symbols } from 'pino'
import type { DestinationStream, Logger as PinoLogger, LevelWithSilent } from 'pino'
import { createInstantFormat } from '../rfc3339.js'
import { inertDestination, inertStream } from './inert-text.js'
import { createSink } from './sink.js'
import { redacted, secretNames, withoutSecrets } from './redact.js'

/** How much a log tells, from most to nothing. */
export type LogLevel = LevelWithSilent

/** What a log is made with. */
export interface LogOptions {
  readonly level: LogLevel
  /** Coloured lines for people instead of JSON, where `pino-pretty` is installed. Default false. */
  readonly pretty?: boolean
  /** Where the lines go. Default: standard output. */
  readonly destination?: DestinationStream
}

/**
 * The agent's log: one JSON object a line, with `level` as a word and `time` in RFC 3339 UTC. Fields named like
 * credentials are replaced by `[redacted]`. It is what Fastify takes as `loggerInstance` too.
 */
export function createLogger ({ level, pretty = false, destination }: LogOptions): PinoLogger {
  const settings = {
    level,
    base: null,
    timestamp: timeField,
    formatters: { level: (label: string) => ({ level: label }), log: withoutSecrets },
    serializers: { ...bindingSerializers, err: errorFields, error: errorFields }
  }
  const sink = (pretty ? prettyStream(destination) : null) ?? inertDestination(destination ?? createSink({ fd: 1 }))
  return pino(settings, sink)
}

/** The time of a line. Under load many have the same: making the text was a hundredth of what a request costs. */
function timeField (): string {
  return `,"time":"${formatTime(Date.now())}"`
}

const formatTime = createInstantFormat()

/** A line whose fields are JSON already, without the braces around them, as in `"lane":"main"`. */
export type WriteLine = (level: 'info' | 'warn', fields: string) => void

/**
 * Makes what writes such lines to a log: for what is told so often that pino's own 2 µs would be felt. Whether the
 * level is written is for the caller to ask, before it makes the fields, and nothing in them is looked at for secrets.
 */
export function createLineWriter (log: PinoLogger): WriteLine {
  const stream = (log as unknown as Readonly<Record<symbol, DestinationStream>>)[symbols.streamSym]
  return (level, fields) => { stream?.write(`{"level":"${level}"${timeField()},${fields}}\n`) }
}

/** What a child logger is bound to does not pass through the formatters, only through these. */
const bindingSerializers = Object.fromEntries([...secretNames].map(name => [name, () => redacted]))

/** An error's fields. Errors of libraries may carry the request that failed, with its headers. */
function errorFields (error: Error): object {
  const fields: unknown = stdSerializers.err(error)
  return typeof fields === 'object' && fields !== null ? withoutSecrets({ ...fields }) : error
}

/** Null where the package is not installed: it is no dependency of a production install. */
function prettyStream (destination: DestinationStream | undefined): DestinationStream | null {
  try {
    const load = createRequire(import.meta.url)
    const makePretty = load('pino-pretty') as (options: object) => DestinationStream
    const colorize = destination === undefined
    return makePretty({ colorize, sync: true, destination: inertStream(destination ?? createSink({ fd: 1 })) })
  } catch {
    return null
  }
}
