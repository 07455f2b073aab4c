/**
 * Loaded into the built program with `--import`: the process kills itself at a chosen moment of its work with the
 * database, as `kill -9` from outside would if it could hit it. `KILL_AT` is `<moment>:<n>`: the n-th time that it
 * comes.
 *
 * Nothing of the program knows of this: what SQLite is asked to do is watched, and a moment that the program does not
 * come to any more is never reached, which the tests notice.
 */
import Database from 'better-sqlite3'

const moments = {
  /** A write turn, all of it written and nothing committed. */
  'before-commit': { sql: /^commit$/, when: 'before' },
  /** A write turn that is on disk, and of which nobody has been told. */
  'after-commit': { sql: /^commit$/, when: 'after' },
  /** In the middle of the transaction that removes finished actions. */
  pruning: { sql: /^delete from action/, when: 'after' },
  /** What a dead agent left running has been judged, and the judgement is not committed. */
  recovering: { sql: /set interruptions = interruptions \+/, when: 'after' },
  /** At a stop in good order, while it is noted that an action stays RUNNING. */
  suspending: { sql: /set suspended_at = \?/, when: 'after' },
  /** The copy that is made before a migration is there, without its name. */
  copying: { sql: /^vacuum into/, when: 'after' },
  /** A migration is about to be carried out; its record is written and not committed. */
  'before-migration': { sql: /create trigger|add column/, when: 'before' },
  /** A migration has been carried out and is not committed. */
  'after-migration': { sql: /create trigger|add column/, when: 'after' }
}

const [name = '', count = '1'] = (process.env['KILL_AT'] ?? '').split(':')
const moment = moments[name]
let left = Number(count)

function die () {
  if (--left === 0) process.kill(process.pid, 'SIGKILL')
}

/** The function, and the end of the process before or after it. */
function deadly (work) {
  return function (...args) {
    if (moment.when === 'before') die()
    const result = work.apply(this, args)
    if (moment.when === 'after') die()
    return result
  }
}

// Jobs of the program inherit its environment, and are not what is meant.
if (moment !== undefined && process.argv[1]?.endsWith('main.js') === true) {
  const { prepare, exec } = Database.prototype
  Database.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql)
    if (moment.sql.test(sql.trim())) {
      for (const method of ['run', 'get', 'all']) statement[method] = deadly(statement[method])
    }
    return statement
  }
  Database.prototype.exec = function (sql) {
    return (moment.sql.test(sql) ? deadly(exec) : exec).call(this, sql)
  }
}
