/** The exit codes of every command. Stable: service managers and scripts branch on them. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  databaseBusy: 3,
  databaseNewer: 4,
  databaseUnusable: 5,
  inputOutput: 6,
  cannotListen: 7,
  databaseReplaced: 8,
  unreachable: 10,
  notAllowed: 11,
  notFound: 12,
  refused: 13,
  notReady: 14,
  actionFailed: 20,
  actionCancelled: 21,
  waitIsOver: 22,
  interrupted: 130,
  terminated: 143
} as const

/** One of the exit codes. */
export type ExitCode = typeof exitCodes[keyof typeof exitCodes]

/** What each exit code means, in the words of `--help` and `docs/cli.md`. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'all went well; for serve: it was asked to stop, and has stopped',
  1: 'an unexpected error',
  2: 'the command line or the configuration is not valid',
  3: 'the database is in use by another process',
  4: 'the database is newer than this program, or a migration was changed',
  5: 'the database cannot be used: no database, damaged, not writable, or the disk is full',
  6: 'an input/output error of the disk while running',
  7: 'the address cannot be listened on',
  8: 'the database file was replaced or removed while running',
  10: 'the agent cannot be reached',
  11: 'the agent does not know who asks, or does not allow it',
  12: 'the agent has no such action or kind',
  13: 'the agent cannot do that now: it says why',
  14: 'the agent is not ready: it says why',
  20: 'the action has failed',
  21: 'the action was cancelled',
  22: 'the action had not ended when the time of --timeout was over; it goes on',
  130: 'cut short by SIGINT (Ctrl-C); for serve: by a second signal',
  143: 'cut short by SIGTERM; serve stops in good order, by code 0'
}
