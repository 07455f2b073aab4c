import { AgentRefusal, AgentUnreachable, createClient, type StewardClient } from 'steward-agent/client'

/**
 * Does something with the agent that the environment names. What goes wrong with the agent is told in a sentence, with
 * the exit code 1.
 */
export async function withAgent (work: (steward: StewardClient) => Promise<void>): Promise<void> {
  const { STEWARD_URL: url = 'http://127.0.0.1:8000', STEWARD_TOKEN: token } = process.env
  const steward = createClient({ url, token })
  try {
    await work(steward)
  } catch (error) {
    if (error instanceof AgentRefusal) console.error(`${error.code ?? error.status}: ${error.message}`)
    else if (error instanceof AgentUnreachable) console.error(error.message)
    else throw error
    process.exitCode = 1
  } finally {
    await steward.close()
  }
}

/** Waits for the end of an action and prints it; where it FAILED, with its sentence and the exit code 1. */
export async function finish (steward: StewardClient, id: string): Promise<void> {
  const { state, state_payload: payload } = await steward.outcome(id)
  console.log(state, id)
  if (state !== 'FAILED') return
  console.error((payload as { error: string }).error)
  process.exitCode = 1
}
