import type { JsonObject, JsonValue } from '../../domain/json.js'
import { code, jsonBlock, table } from './markdown.js'
import { longestWait, optionNames, type OptionName } from './settings.js'

/** Characters of JSON that an example may have to be shown. */
const longestExample = 2000

/** An example of options with everything in them, and one of a message that brings the arguments. */
export function exampleSection (options: JsonObject & { args: JsonValue }): string {
  const { args } = options
  if (JSON.stringify(args, null, 2).length > longestExample) return '## Example\n\nIt is too long to be shown here.'
  return [
    '## Example',
    'Options:',
    jsonBlock(options),
    'Or a message, whose `args` are merged over those of the options:',
    jsonBlock({ args })
  ].join('\n\n')
}

/** What is the same for all kinds: the options, what is emitted, and what is not done. */
export function usageSections ({ allKinds }: { readonly allKinds: boolean }): string[] {
  const rows = optionNames.filter(name => allKinds || name !== 'kind').map(name => [code(name), optionTexts[name]])
  return ['## Options', table({ head: ['Option', 'What it does'], rows }), '## Messages', ...messages, '## Templates', templates]
}

const optionTexts: Readonly<Record<OptionName, string>> = {
  kind: 'The kind of action to schedule. Empty, with `args_from_message` `args`: the message\'s field `kind` names it.',
  args: 'Arguments of the action; message fields are merged over it.',
  args_from_message: '`args` (default): the message\'s field `args` is merged over `args`; `payload`: the whole message is; ' +
    '`none`: the message only triggers.',
  agent: 'A name for this agent: checks emit the outcomes of the actions scheduled under it. Empty: those of the actions ' +
    'scheduled with exactly these options.',
  wait: `Seconds (0 to ${longestWait}) to wait for the outcome before answering. 0: answer at once with the id.`,
  dedupe: '`false`: schedule again even when the same message comes twice.',
  on_check: '`true`: each scheduled run schedules this action instead of emitting outcomes.'
}

const emitted = [
  'action_id', 'kind', 'state', 'state_payload', 'error', 'created_ts', 'scheduled_ts', 'finished_ts', 'message_id',
  'source_agent_id'
]

const messages = [
  'Each message that comes schedules an action and emits one message about it. Each scheduled run emits one message ' +
  `for each action that has finished since the last. Their fields are ${emitted.map(name => code(name)).join(', ')}.`,
  'The same outcome can come more than once, after a call that failed or a wait: `action_id` tells.'
]

const templates = 'ActiveWorkflow sends templates (`{{ }}`, `{% %}`) in options as they are, so they are not resolved.'
