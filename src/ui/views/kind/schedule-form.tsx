import type { Kind } from '../../../client/model.js'
import { isJsonObject, type JsonValue } from '../../../domain/json.js'
import { ContentFields } from '../../forms/content-fields.js'
import { ErrorSummary } from '../../forms/error-summary.js'
import type { Field } from '../../forms/field.js'
import { Violations } from '../../forms/field-props.js'
import { elementId } from '../../forms/form-place.js'
import { useSession } from '../../live/session-context.js'
import { ConfirmDialog } from '../../parts/confirm-dialog.js'
import { NodeWords } from '../datastore/node-name.js'
import { CommandLinesView } from './command-lines-view.js'
import { SendingWords } from './sending-words.js'
import { useScheduleForm } from './use-schedule-form.js'

interface ScheduleFormProps {
  readonly kind: Kind
  /** What it is filled with; undefined: nothing. */
  readonly args: JsonValue | undefined
}

/** The form that schedules an action of a kind: checked before it is sent, and recorded once however often it is. */
export function ScheduleForm ({ kind, args }: ScheduleFormProps) {
  const form = useScheduleForm({ kind, args })
  const { field, content, found, sending, asking, order, change, changeRequester, confirm, decline } = form
  return (
    <div class='kind-schedule'>
      <form
        class='card' noValidate aria-labelledby='schedule-title'
        onSubmit={event => {
          event.preventDefault()
          form.submit()
        }}
      >
        <div class='form-head'>
          <h2 id='schedule-title'>Schedule</h2>
          {takesNothing(field) ? null : <Tools {...{ kind, form }} />}
        </div>
        <ErrorSummary title={found.title} violations={found.violations} tries={found.tries} />
        <Violations.Provider value={found.violations}>
          {takesNothing(field) && content.mode === 'form' && content.draft?.as !== 'json'
            ? <p class='quiet'>It takes no arguments.</p>
            : <ContentFields field={field} content={content} onChange={change} />}
        </Violations.Provider>
        <More requester={form.requester} onChange={changeRequester} />
        <SendButton step={sending.step} />
        <SendingWords sending={sending} />
      </form>
      <CommandLinesView order={order} />
      {asking
        ? (
          <ConfirmDialog
            title={`Schedule ${kind.kind}?`} confirm='Yes, schedule it' decline='No, go back'
            onConfirm={confirm} onClose={decline}
          >
            <p>{kind.summary}</p>
            <p>It is for <NodeWords className='node-here' />.</p>
          </ConfirmDialog>
          )
        : null}
    </div>
  )
}

function takesNothing (field: Field): boolean {
  return field.type === 'group' && field.members.length === 0
}

interface ToolsProps {
  readonly kind: Kind
  readonly form: ReturnType<typeof useScheduleForm>
}

function Tools ({ kind: { example }, form: { content, changeMode, fill } }: ToolsProps) {
  const isForm = content.mode === 'form'
  const hasExample = isJsonObject(example) ? Object.keys(example).length > 0 : example !== null && example !== undefined
  return (
    <div class='form-tools'>
      {hasExample ? <button type='button' class='small' onClick={() => { fill(example as JsonValue) }}>Fill in the example</button> : null}
      <div role='group' aria-label='How to write the arguments' class='form-modes'>
        <button type='button' class='small' aria-pressed={isForm} onClick={isForm ? undefined : changeMode}>Form</button>
        <button type='button' class='small' aria-pressed={!isForm} onClick={isForm ? changeMode : undefined}>JSON</button>
      </div>
    </div>
  )
}

interface MoreProps {
  readonly requester: string
  readonly onChange: (requester: string) => void
}

/** What can be said beside the arguments. */
function More ({ requester, onChange }: MoreProps) {
  const id = elementId('/requester')
  return (
    <details class='form-more'>
      <summary>More</summary>
      <div class='form-field'>
        <label for={id}><span class='form-name'>requester</span></label>
        <p id={`${id}-hint`} class='form-hint'>What asks, in its own words: such as the number of a ticket. Your name is recorded without it.</p>
        <input
          id={id} type='text' class='as-text' value={requester} maxLength={128} autocomplete='off' aria-describedby={`${id}-hint`}
          onInput={({ currentTarget }) => { onChange(currentTarget.value) }}
        />
      </div>
    </details>
  )
}

function SendButton ({ step }: { step: ReturnType<typeof useScheduleForm>['sending']['step'] }) {
  const { agent } = useSession()
  const disabled = agent.value?.actions_disabled ?? null
  // Not `disabled` while it is busy: it would lose the focus.
  return (
    <div class='form-end'>
      <button type='submit' class='primary' disabled={disabled !== null} aria-disabled={step === 'busy'}>
        {step === 'busy' ? 'Scheduling' : step === 'lost' ? 'Send again' : 'Schedule'}
      </button>
      {disabled === null ? null : <p class='quiet'>The agent takes no actions now: {disabled}.</p>}
    </div>
  )
}
