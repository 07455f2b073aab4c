import { beginning } from '../../domain/json.js'
import type { Resource } from '../live/resource.js'
import { visibleLines } from './visible-text.js'

/** What an agent says of an error is shown up to so many characters. */
const mostCharacters = 2000

/** Why something could not be read, and a way to try again; nothing where it could. */
export function Trouble ({ of: { error, reload } }: { of: Pick<Resource<unknown>, 'error' | 'reload'> }) {
  if (error === null) return null
  return (
    <div class='trouble' role='alert'>
      <p class='error'>{visibleLines(beginning(error.message, mostCharacters))}</p>
      <button type='button' class='small' onClick={reload}>Try again</button>
    </div>
  )
}
