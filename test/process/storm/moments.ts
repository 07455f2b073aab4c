/** What a life of the agent is to be ended by. */
export interface Moment {
  readonly name: string
  /** A moment of `self-kill.mjs`, and up to which of its times is chosen from. */
  readonly self?: { readonly at: string, readonly upTo: number }
  /**
   * When the test itself strikes, at the latest: at a random time while the agent starts; as soon as it listens; under
   * load; or when the write-ahead log is being folded back.
   */
  readonly strikes: 'starting' | 'listening' | 'load' | 'checkpoint'
  /** With what: `term-kill` is a SIGTERM and, before it has taken effect, a SIGKILL. */
  readonly with: 'kill' | 'term' | 'term-kill'
  /** The work that brings the moment about, of `soleWorks`; absent: of all sorts. */
  readonly sole?: 'fat' | 'long'
  /** Whether it prunes what has finished, which is kept otherwise. */
  readonly prunes?: true
}

/** Moments of a start that has to migrate the database first. */
export const migrating: readonly Moment[] = [
  { name: 'while the copy before a migration is made', self: { at: 'copying', upTo: 1 }, strikes: 'listening', with: 'kill' },
  { name: 'before a migration', self: { at: 'before-migration', upTo: 1 }, strikes: 'listening', with: 'kill' },
  { name: 'after a migration, before its commit', self: { at: 'after-migration', upTo: 1 }, strikes: 'listening', with: 'kill' },
  { name: 'anywhere in a start that migrates', strikes: 'starting', with: 'kill' }
]

/** The moments at which a life may end, each about as likely as the others. */
export const moments: readonly Moment[] = [
  { name: 'at a random moment under load', strikes: 'load', with: 'kill' },
  { name: 'between accept and commit', self: { at: 'before-commit', upTo: 40 }, strikes: 'load', with: 'kill' },
  { name: 'between commit and answer', self: { at: 'after-commit', upTo: 40 }, strikes: 'load', with: 'kill' },
  { name: 'while the write-ahead log is folded back', strikes: 'checkpoint', with: 'kill', sole: 'fat' },
  { name: 'while the next start judges what was running', self: { at: 'recovering', upTo: 1 }, strikes: 'listening', with: 'kill' },
  { name: 'while it stops', strikes: 'load', with: 'term-kill' },
  { name: 'at another random moment under load', strikes: 'load', with: 'kill' },
  { name: 'while finished actions are pruned', self: { at: 'pruning', upTo: 15 }, strikes: 'load', with: 'kill', prunes: true },
  { name: 'anywhere in its start', strikes: 'starting', with: 'kill', prunes: true },
  { name: 'while it notes at a stop what goes on later', self: { at: 'suspending', upTo: 1 }, strikes: 'load', with: 'term', sole: 'long' },
  { name: 'never: it stops by itself', strikes: 'load', with: 'term', prunes: true }
]
