import type { DatastoreInfo } from '../../../client/model.js'

type Status = DatastoreInfo['node']['status']

const signs: Readonly<Record<Status, readonly [sign: string, look: string]>> = {
  HEALTHY: ['✓', 'well'],
  UNHEALTHY: ['!', 'ill'],
  UNAVAILABLE: ['✕', 'ill'],
  NOT_IN_CLUSTER: ['○', 'unsure'],
  JOINING_CLUSTER: ['…', 'unsure'],
  LEAVING_CLUSTER: ['…', 'unsure'],
  UNKNOWN: ['?', 'unsure']
}

/** How a node is: in a word, a sign and a colour. */
export function NodeStatus ({ status }: { status: Status }) {
  const [sign, look] = signs[status] ?? signs.UNKNOWN
  return <span class={`node-status ${look}`} data-status={status}><span aria-hidden='true'>{sign}</span> {status.replaceAll('_', ' ')}</span>
}
