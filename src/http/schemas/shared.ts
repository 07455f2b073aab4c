import { auditPageSchema, principalSchema } from './access.js'
import { actionDetailSchema, actionPageSchema, actionSchema, actionSummarySchema, scheduleSchema, transitionSchema } from './action.js'
import { activitySchema } from './activity.js'
import { agentInfoSchema, datastoreInfoSchema, shardsSchema } from './info.js'
import { kindSchema, kindsSchema } from './kind.js'
import { problemSchema } from './problem.js'

/** The schemas that routes name by `$ref`, and that the document lists as its components. */
export const sharedSchemas = [
  actionSummarySchema, actionSchema, transitionSchema, actionDetailSchema, actionPageSchema, scheduleSchema,
  kindSchema, kindsSchema, agentInfoSchema, datastoreInfoSchema, shardsSchema, activitySchema, principalSchema,
  auditPageSchema, problemSchema
] as const

/** A response with a JSON body of one of the shared schemas. */
export function jsonResponse (options: {
  readonly description: string
  readonly schema: string
  readonly example: unknown
  readonly headers?: Readonly<Record<string, object>>
}): object {
  const { description, schema, example, headers } = options
  return {
    description,
    ...(headers === undefined ? {} : { headers }),
    content: { 'application/json': { schema: { $ref: `${schema}#` }, example } }
  }
}
