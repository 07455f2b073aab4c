import t from 'tap'
import { protocolContract } from '../contracts/protocol.js'
import { storyInShort, tellStory, type Trace } from '../contracts/protocol-story.js'
import { everyFace } from './adapters.js'
import { openSharedServer } from './shared-server.js'

const faces = everyFace(await openSharedServer(t))

for (const adapter of faces) protocolContract(t, adapter)

t.test('the same long story, told through each protocol, leaves the same rows and histories', async t => {
  const traces: Array<readonly [name: string, Trace]> = []
  for (const adapter of faces) traces.push([adapter.name, await tellStory(t, adapter)])

  const [[, first]] = traces as [typeof traces[number]]
  t.strictSame(first.actions.map(({ kind, state, args }) => ({ kind, state, args })), storyInShort)
  for (const [name, trace] of traces.slice(1)) t.strictSame(trace, first, name)
})
