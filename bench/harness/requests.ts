/** The kind of action that does nothing. */
export const noop = 'agent.replicante.io/debug.success'

/** Where actions are scheduled, and what is sent: in Steward's own API and in the classic dialect of Replicante. */
export const faces = {
  api: { path: '/api/v1/actions', body: JSON.stringify({ kind: noop, args: {} }) },
  classic: { path: `/api/unstable/actions/schedule/${noop}`, body: JSON.stringify({ args: {}, requester: 'CORE_API' }) }
} as const

/** An answer that is an error is thrown. */
async function json<T> (response: Response): Promise<T> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`)
  return JSON.parse(text) as T
}

async function post<T> (url: string, body: object): Promise<T> {
  return await json(await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body)
  }))
}

/** Schedules an action; resolves with its id. */
export async function scheduleAction (url: string, body: { kind: string, args?: object }): Promise<string> {
  return (await post<{ id: string }>(`${url}/api/v1/actions`, body)).id
}

/** Schedules an action that runs until it is cancelled: whatever comes after it waits. Resolves when it runs. */
export async function blockLane (url: string): Promise<string> {
  const steps = [{ do: 'sleep', ms: 3_600_000 }]
  const id = await scheduleAction(url, { kind: 'agent.steward/test.script', args: { steps } })
  // Not the tag of the NEW action: answered at once when it runs already.
  for (;;) {
    const response = await fetch(`${url}/api/v1/actions/${id}`)
    if ((await json<{ state: string }>(response)).state === 'RUNNING') return id
  }
}

/** Cancels an action. */
export async function cancelAction (url: string, id: string): Promise<void> {
  await post(`${url}/api/v1/actions/${id}/cancel`, {})
}

/** The entity tag of an action as it is now. */
export async function tagOf (url: string, id: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/actions/${id}`)
  await response.arrayBuffer()
  return response.headers.get('etag') ?? ''
}
