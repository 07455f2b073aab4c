import { useState } from 'preact/hooks'
import type { Shard } from '../../../client/model.js'
import { Sparkline } from '../../parts/sparkline.js'
import { visibleText } from '../../parts/visible-text.js'
import { lagInWords, offsetInWords } from './facts.js'
import type { LagHistory } from './lag-history.js'
import { lagGapMs, LagPlot } from './lag-plot.js'
import { chosenShards, plottedShard, type ShardChoice } from './shard-list.js'
import { lagsKeptMs } from './watch.js'

/** So many are shown until somebody asks for more. */
const shownAtOnce = 50

interface ShardsProps {
  readonly shards: readonly Shard[]
  readonly lags: LagHistory
  /** The end of the plots' time, in milliseconds since the epoch. */
  readonly now: number
}

/** The shards of a node, and how far behind one of them was over the last minutes. */
export function Shards ({ shards, lags, now }: ShardsProps) {
  const [choice, setChoice] = useState<ShardChoice>({ text: '', isMostBehindFirst: false })
  const [count, setCount] = useState(shownAtOnce)
  const [chosen, setChosen] = useState<string | null>(null)
  if (shards.length === 0) return <p class='empty'>This node holds no shards.</p>
  const found = chosenShards(shards, choice)
  const plotted = plottedShard(shards, { chosen, hadLag: id => lags.of(id) !== null })
  return (
    <>
      {shards.length > shownAtOnce
        ? <Choice choice={choice} onChange={setChoice} found={found.length} of={shards.length} />
        : null}
      <ul class='shards'>
        {found.slice(0, count).map(shard => (
          <Row
            key={shard.id} {...{ shard, lags, now }}
            isPlotted={shard.id === plotted?.id} onPlot={() => { setChosen(shard.id) }}
          />
        ))}
      </ul>
      {found.length > count
        ? <button type='button' onClick={() => { setCount(count + 200) }}>Show more of {found.length.toLocaleString('en-US')}</button>
        : null}
      {plotted === null
        ? <p class='empty'>No shard of this node tells how far it is behind: there is nothing to plot.</p>
        : <LagPlot key={plotted.id} shard={plotted} series={lags.of(plotted.id)} now={now} />}
    </>
  )
}

interface RowProps {
  readonly shard: Shard
  readonly lags: LagHistory
  readonly now: number
  readonly isPlotted: boolean
  readonly onPlot: () => void
}

function Row ({ shard, lags, now, isPlotted, onPlot }: RowProps) {
  const { id, role, commit_offset: offset, lag } = shard
  const series = lags.of(id)
  return (
    <li>
      <h3>{visibleText(id)}</h3>
      <dl>
        <div><dt>Role</dt><dd>{visibleText(role)}</dd></div>
        <div><dt>Commit offset</dt><dd class='figure'>{offset === null ? 'not told' : offsetInWords(offset)}</dd></div>
        <div><dt>Lag</dt><dd class='figure'>{lag === null ? withoutLag(role) : lagInWords(lag)}</dd></div>
      </dl>
      {series === null ? <span class='sparkline' /> : (
        <button type='button' class='small spark' aria-pressed={isPlotted} aria-label={`Plot the lag of ${id}`} onClick={onPlot}>
          <Sparkline times={series.times} values={series.values} from={now - lagsKeptMs} to={now} gapMs={lagGapMs} />
        </button>
      )}
    </li>
  )
}

function withoutLag (role: string): string {
  return role === 'primary' ? 'none: it is the primary' : 'not told'
}

interface ChoiceProps {
  readonly choice: ShardChoice
  readonly onChange: (choice: ShardChoice) => void
  readonly found: number
  readonly of: number
}

function Choice ({ choice, onChange, found, of }: ChoiceProps) {
  return (
    <div class='shard-choice'>
      <label for='shard-text'>Shards with</label>
      <input
        id='shard-text' type='search' placeholder='any id or role' value={choice.text}
        onInput={event => { onChange({ ...choice, text: event.currentTarget.value }) }}
      />
      <input
        id='shard-order' type='checkbox' checked={choice.isMostBehindFirst}
        onChange={event => { onChange({ ...choice, isMostBehindFirst: event.currentTarget.checked }) }}
      />
      <label for='shard-order'>most behind first</label>
      <span class='quiet' role='status'>{found.toLocaleString('en-US')} of {of.toLocaleString('en-US')}</span>
    </div>
  )
}
