import type { FastifyInstance } from 'fastify'
import type { Activity, ActivityReader, ActivitySample } from '../../../domain/activity.js'
import { formatInstant } from '../../../rfc3339.js'
import { examples } from '../../schemas/examples.js'
import { problemResponses } from '../../schemas/problem.js'
import { jsonResponse } from '../../schemas/shared.js'

/** `GET /activity`: what the agent did in the last hour, and how its queue is. */
export function activityRoute (app: FastifyInstance, { activity }: { activity: ActivityReader }): void {
  const config = { access: 'read' } as const

  app.get('/activity', { schema: activityOperation, config }, async () => activityView(activity.read()))
}

function activityView ({ samples, stepMs, completeSince, lanes, otherLanes }: Activity) {
  const [first] = samples
  return {
    since: formatInstant(first?.at ?? completeSince),
    step_seconds: stepMs / 1000,
    complete_since: formatInstant(completeSince),
    lanes,
    other_lanes: otherLanes,
    samples: samples.map(sampleView)
  }
}

function sampleView ({ at, ...counts }: ActivitySample) {
  return { timestamp: formatInstant(at), ...counts }
}

const activityOperation = {
  operationId: 'getActivity',
  summary: 'The last hour of the queue',
  description: 'How many actions were scheduled, began, and ended in each minute of the last hour, how many waited and ran at its ' +
    'end, and the lanes as they are now. Counted from the agent\'s own events; after a start, from its history.',
  tags: ['info'],
  response: {
    200: jsonResponse({ description: 'The last hour.', schema: 'Activity', example: examples.activity }),
    ...problemResponses([])
  }
}
