import { actionStates, finalStates, moves, type ActionState } from '../../src/domain/lifecycle.js'

/** When each move is made. A move without a word does not compile; one that is no move is not drawn. */
const occasions: { readonly [From in ActionState]: { readonly [To in typeof moves[From][number]]: string } } = {
  NEW: { RUNNING: 'its turn has come', FAILED: 'cancelled, or its kind is gone' },
  RUNNING: { RUNNING: 'it reports progress', DONE: 'it succeeded', FAILED: 'it failed, was cancelled, took too long' },
  DONE: {},
  FAILED: {}
}

/** The diagram of the states, for Mermaid, from the one table of legal moves. */
export function renderLifecycle (): string {
  const lines = actionStates.flatMap(from => moves[from].map(to =>
    `  ${from} --> ${to}: ${(occasions[from] as Readonly<Record<string, string>>)[to] ?? ''}`))
  const ends = finalStates.map(state => `  ${state} --> [*]`)
  return `\`\`\`mermaid\nstateDiagram-v2\n${['  [*] --> NEW: scheduled', ...lines, ...ends].join('\n')}\n\`\`\`\n`
}
