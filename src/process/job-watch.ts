import { Worker } from 'node:worker_threads'

/*
 * Loaded into every job before its own module: ends the job when the agent is gone. The agent holds the other end of
 * standard input, which the system closes however the agent dies. It takes a thread, because the job's own one may be
 * inside a single SQL statement for an hour; and SIGKILL, because nothing gentler reaches a thread in there.
 *
 * Plain JavaScript in a string: a thread with a module would first load whatever loader this process was started with.
 */
const watch = `
  const { Socket } = require('node:net')
  new Socket({ fd: 0, readable: true, writable: false })
    .on('error', () => {})
    .on('close', () => process.kill(process.pid, 'SIGKILL'))
    .resume()
`

// A terminal or a service manager sends these to all processes of the agent, which alone decides what becomes of a job.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

new Worker(watch, { eval: true, execArgv: [] }).unref()
