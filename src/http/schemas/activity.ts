const count = { type: 'integer', minimum: 0 }
const date = { type: 'string', format: 'date-time' }

const sampleSchema = {
  type: 'object',
  required: ['timestamp', 'scheduled', 'started', 'done', 'failed', 'waiting', 'running'],
  properties: {
    timestamp: { ...date, description: 'When the minute began.' },
    scheduled: { ...count, description: 'Actions that were recorded.' },
    started: { ...count, description: 'Actions that began to run; one that goes on after a restart of the agent does not begin again.' },
    done: { ...count, description: 'Actions that became DONE.' },
    failed: { ...count, description: 'Actions that became FAILED, cancelled ones among them.' },
    waiting: { ...count, description: 'Actions that waited at the end of the minute; in the last sample: that wait now.' },
    running: { ...count, description: 'Actions that ran at the end of the minute; in the last sample: that run now.' }
  }
}

const laneSchema = {
  type: 'object',
  required: ['lane', 'waiting', 'running'],
  properties: { lane: { type: 'string' }, waiting: count, running: count }
}

/** What the agent did in the last hour. */
export const activitySchema = {
  $id: 'Activity',
  type: 'object',
  required: ['since', 'step_seconds', 'complete_since', 'lanes', 'other_lanes', 'samples'],
  properties: {
    since: { ...date, description: 'When the first minute began.' },
    step_seconds: { type: 'integer', minimum: 1, description: 'How long each sample is: 60.' },
    complete_since: {
      ...date,
      description: 'The first minute that is told whole: of those before it the agent knows less than there was, because it was ' +
        'started only now and is still reading, because there was too much, because it was pruned, or because the clock was ' +
        'put back. It may be after the last sample.'
    },
    lanes: {
      type: 'array',
      items: laneSchema,
      description: 'The lanes that have anything in them now, those where something runs first: at most 100.'
    },
    other_lanes: { ...count, description: 'How many lanes are left out of `lanes`.' },
    samples: { type: 'array', items: sampleSchema, description: 'Minute by minute, oldest first; the last is the running one.' }
  }
}
