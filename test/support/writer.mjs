/**
 * A user of a database: `node writer.mjs PATH` adds a row to `debit` and one to `credit` in each of its transactions,
 * one after the other, until standard input ends. Prints `writing` when it has begun, and at the end one line of JSON:
 * `{ transactions, longestMs }`, how many there were and how long the slowest took, waiting for locks included.
 */
import Database from 'better-sqlite3'

const database = new Database(process.argv[2], { timeout: 60_000 })
const inserts = ['debit', 'credit'].map(table => database.prepare(`insert into ${table} (data) values (randomblob(1000))`))
const transfer = database.transaction(() => { for (const insert of inserts) insert.run() })
let transactions = 0
let longestMs = 0
let ended = false

function write () {
  const began = performance.now()
  transfer.immediate()
  longestMs = Math.max(longestMs, performance.now() - began)
  transactions++
  if (transactions === 1) process.stdout.write('writing\n')
  if (!ended) return setTimeout(write, 1)
  database.close()
  process.stdout.write(`${JSON.stringify({ transactions, longestMs })}\n`)
}

process.stdin.on('end', () => { ended = true }).resume()
write()
