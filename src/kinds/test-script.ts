import type { JsonValue } from '../domain/json.js'
import { done, failed, type ActionKind, type KindContext, type Outcome } from '../domain/kind.js'

type Step =
  | { do: 'sleep', ms: number }
  | { do: 'progress', payload: JsonValue }
  | { do: 'fail', error?: string }
  | { do: 'throw', error?: string }
  | { do: 'done', payload?: JsonValue }
  | { do: 'ignore-abort', ms: number }

interface Args { steps?: Step[] }

const longestMs = 3_600_000
const ms = { type: 'integer', minimum: 0, maximum: longestMs, description: 'Milliseconds.' }
const text = { type: 'string', maxLength: 10_000 }

function step (name: Step['do'], summary: string, properties: Record<string, unknown>, required: string[]): object {
  return {
    type: 'object',
    description: summary,
    additionalProperties: false,
    required: ['do', ...required],
    properties: { do: { const: name }, ...properties }
  }
}

/**
 * Does what its arguments say, step by step: for tests, demonstrations, and trying the agent with curl. A resumed run
 * begins with the first step again.
 */
export const testScript: ActionKind<Args> = {
  kind: 'agent.steward/test.script',
  summary: 'Follow a script: sleep, report progress, fail, throw, ignore being cancelled.',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      steps: {
        type: 'array',
        maxItems: 10_000,
        description: 'What to do, in order. After the last step the action is DONE.',
        items: {
          type: 'object',
          required: ['do'],
          discriminator: { propertyName: 'do' },
          oneOf: [
            step('sleep', 'Wait; ends early when the action is cancelled.', { ms }, ['ms']),
            step('progress', 'Record a RUNNING to RUNNING transition.', { payload: {} }, ['payload']),
            step('fail', 'End as FAILED.', { error: text }, []),
            step('throw', 'Throw an exception, as a defective kind would.', { error: text }, []),
            step('done', 'End as DONE.', { payload: {} }, []),
            step('ignore-abort', 'Wait, and do not notice being cancelled.', { ms }, ['ms'])
          ]
        }
      }
    }
  },
  example: { steps: [{ do: 'progress', payload: { percent: 50 } }, { do: 'sleep', ms: 100 }, { do: 'done', payload: 'finished' }] },
  timeoutMs: null,
  onInterrupt: 'resume',
  async run (context) {
    for (const each of context.args.steps ?? []) {
      const outcome = await take(each, context)
      if (outcome !== null) return outcome
    }
    return done()
  }
}

async function take (step: Step, { sleep, progress }: KindContext<Args>): Promise<Outcome | null> {
  switch (step.do) {
    case 'sleep':
      await sleep(step.ms)
      return null
    case 'progress':
      await progress(step.payload)
      return null
    case 'fail':
      return failed(step.error ?? 'The script said to fail.', { variant: 'ScriptFailed' })
    case 'throw':
      throw new Error(step.error ?? 'The script said to throw.')
    case 'done':
      return step.payload === undefined ? done() : done(step.payload)
    case 'ignore-abort':
      await new Promise(resolve => setTimeout(resolve, step.ms))
      return null
  }
}
