/**
 * Waits for nothing; ends the process when it fails, so that the harness hears of it.
 * @param {Promise<unknown>} running
 */
export function orEnd (running) {
  running.catch(error => {
    console.error(error)
    process.exit(1)
  })
}

/**
 * A worker: one step after the other, for ever.
 * @param {() => Promise<unknown>} step
 */
export function loop (step) {
  const run = async () => {
    for (;;) await step()
  }
  orEnd(run())
}
