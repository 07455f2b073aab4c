import { isJsonObject, type JsonValue } from '../../src/domain/json.js'
import type { Incoming } from './send.js'

type Mark = 'id' | 'cursor' | 'etag' | 'event'

/** What the server has told, to be used in later requests. */
export interface Told {
  /** The text with its marks (`@id:3`) replaced; by something made up where nothing was told yet. */
  put (text: string): string
  /** Remembers what an answer tells. */
  learn (answer: Incoming): void
}

const madeUp: Record<Mark, string> = { id: '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11', cursor: 'bm8', etag: '"none"', event: '0123456789abcdef-1-1' }

/** Begins with ids that are known already. */
export function createTold (ids: readonly string[]): Told {
  const known: Record<Mark, string[]> = { id: [...ids], cursor: [], etag: [], event: [] }
  return {
    put: text => text.replace(/@(id|cursor|etag|event):(\d+)/g, (_, mark: Mark, index: string) => {
      const those = known[mark]
      return those[those.length - 1 - Number(index) % Math.max(1, those.length)] ?? madeUp[mark]
    }),
    learn ({ status, headers, body }) {
      if (status >= 300) return
      if (headers.etag !== undefined) known.etag.push(headers.etag)
      const type = headers['content-type'] ?? ''
      if (type.startsWith('text/event-stream')) known.event.push(...[...body.toString().matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id))
      if (type.startsWith('application/json')) collect(JSON.parse(body.toString()) as JsonValue, known)
    }
  }
}

const idShape = /^[0-9a-f-]{36}$/

function collect (answer: JsonValue, known: Record<Mark, string[]>): void {
  if (!isJsonObject(answer)) return
  for (const name of ['id', 'action_id'] as const) {
    const id = answer[name]
    if (typeof id === 'string' && idShape.test(id)) known.id.push(id)
  }
  if (typeof answer['next'] === 'string') known.cursor.push(answer['next'])
  if (isJsonObject(answer['result']) && Array.isArray(answer['result']['messages'])) {
    for (const message of answer['result']['messages']) collect(message, known)
  }
}
