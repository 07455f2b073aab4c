/** Milliseconds since the Unix epoch. The only form of time inside; RFC 3339 exists at the edges alone. */
export type Instant = number

/** Where the time comes from. Given to every component, so that a test can be at any moment it likes. */
export interface Clock {
  now (): Instant
}

/** The wall clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() }

/** Makes ids for actions whose caller gave none: UUIDs, version 7 (RFC 9562), in lower case. */
export type IdSource = () => string
