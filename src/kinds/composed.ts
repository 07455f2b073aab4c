import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../domain/json.js'
import { done, failed, type ActionKind, type FailedPayload, type KindContext, type Outcome } from '../domain/kind.js'
import { runStage, stageActionOf, type Stage } from './composed-stage.js'

/** A kind that is made of other kinds. */
export interface ComposedOptions {
  readonly kind: string
  readonly summary: string
  /** In order; at least one. */
  readonly stages: readonly [Stage, ...Stage[]]
}

/**
 * Makes a kind that runs others one after the other, as its stages, and stops at the first failure.
 *
 * The payload is `{ stage, state, payload }`: the index of the stage, its state, and its own payload; it is on disk
 * before a stage begins and before the next one follows. A FAILED payload has the five fields of the stage's failure
 * beside these. Arguments are given per stage, under the stage's name.
 *
 * After an interruption the stage that was running goes on with what it has reported itself, if its kind resumes; else
 * the action is FAILED. What was DONE is not run again. The time limit of a stage's kind holds for that stage; at
 * shutdown every stage is told to end at once, also one whose kind does not resume.
 */
export function createComposedKind ({ kind, summary, stages }: ComposedOptions): ActionKind<JsonObject> {
  return {
    kind,
    summary,
    args: argsOf(stages),
    timeoutMs: null,
    onInterrupt: 'resume',
    refuseCancel (action) {
      const position = readPosition(action.statePayload)
      const stage = position?.state === 'RUNNING' ? stages[position.stage] : undefined
      return stage?.kind.refuseCancel?.(stageActionOf(stage, { action, payload: position?.payload ?? null })) ?? null
    },
    run: async context => await runStages(stages, context)
  }
}

/** A closed object with the schema of each stage's arguments under its name. */
function argsOf (stages: readonly Stage[]): JsonSchema {
  const required = stages.filter(({ kind }) => Array.isArray(kind.args['required']) && kind.args['required'].length > 0)
  return {
    type: 'object',
    properties: Object.fromEntries(stages.map(({ name, kind }) => [name, { description: kind.summary, ...kind.args }])),
    additionalProperties: false,
    ...required.length === 0 ? {} : { required: required.map(({ name }) => name) }
  }
}

/** How far a composed action is. A type, since payloads are JSON objects. */
type Position = { stage: number, state: 'RUNNING' | 'DONE' | 'FAILED', payload: JsonValue }

async function runStages (stages: readonly Stage[], context: KindContext): Promise<Outcome> {
  const left = context.resumed ? readPosition(context.action.statePayload) : null
  const first = left === null ? 0 : left.state === 'DONE' ? left.stage + 1 : left.stage
  if (first >= stages.length) return failed('The action was interrupted in a stage that its kind does not have any more.', { reason: 'interrupted' })
  let payload: JsonValue = left?.payload ?? null
  for (let index = first; index < stages.length; index++) {
    const resumed = index === left?.stage
    const report = async (news: JsonValue): Promise<void> => {
      await context.progress({ stage: index, state: 'RUNNING', payload: news } satisfies Position)
      payload = news
    }
    const stage = stages[index]!
    if (!resumed) await report(null)
    const outcome = resumed && stage.kind.onInterrupt === 'fail'
      ? interrupted(stage)
      : await runStage(stage, { context, resumed, payload, report })
    if (outcome.state === 'FAILED') return failure(index, outcome.payload)
    payload = outcome.payload ?? payload
    if (index + 1 < stages.length) await context.progress({ stage: index, state: 'DONE', payload } satisfies Position)
  }
  return done({ stage: stages.length - 1, state: 'DONE', payload } satisfies Position)
}

/** What an interrupted run has reported; null when that is nothing. */
function readPosition (reported: JsonValue): Position | null {
  if (!isJsonObject(reported)) return null
  const { stage, state, payload = null } = reported
  if (typeof stage !== 'number') return null
  return { stage, state: state === 'DONE' ? 'DONE' : 'RUNNING', payload }
}

function interrupted ({ name }: Stage): Outcome {
  return failed(`The agent stopped or died in the stage "${name}", and its kind does not go on after that. How far it came is not known.`,
    { reason: 'interrupted' })
}

function failure (stage: number, payload: FailedPayload): Outcome {
  const { error, layers, trace, variant, reason } = payload
  return failed(error, { layers, trace, variant, reason, more: { stage, state: 'FAILED', payload } satisfies Position })
}
