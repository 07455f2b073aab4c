import type { ComponentChildren } from 'preact'
import type { DatastoreInfo } from '../../../client/model.js'
import { Time } from '../../parts/time.js'
import { visibleText } from '../../parts/visible-text.js'
import { factOf, wordsOf, type Fact } from './facts.js'

/** What is known of a datastore: its software, its cluster, its addresses and attributes. */
export function KnownFacts ({ of: { kind, node, cluster, version } }: { of: DatastoreInfo }) {
  const addresses = Object.entries(node.addresses)
  return (
    <div class='facts'>
      <Facts title='Software'>
        <Line name='Driver'>{kind}</Line>
        <Line name='Version'>
          {visibleText(version.number)}
          {version.extra === null ? null : <span class='quiet'> {visibleText(version.extra)}</span>}
        </Line>
        {version.checkout === null ? null : <Line name='Commit'>{visibleText(version.checkout)}</Line>}
      </Facts>
      <Facts title='Cluster'>
        {cluster.display_name === null ? null : <Line name='Name'>{visibleText(cluster.display_name)}</Line>}
        <Line name='Id'>{visibleText(cluster.id)}</Line>
        <Attributes of={cluster.attributes} />
      </Facts>
      <Facts title='Addresses' otherwise='None is configured.'>
        {addresses.map(([use, address]) => <Line key={use} name={wordsOf(use)}>{visibleText(address)}</Line>)}
      </Facts>
      {Object.keys(node.attributes).length === 0 ? null : <Facts title='Attributes'><Attributes of={node.attributes} /></Facts>}
    </div>
  )
}

interface FactsProps {
  readonly title: string
  readonly children: ComponentChildren
  /** What is said where there are none. */
  readonly otherwise?: string
}

function Facts ({ title, children, otherwise = '' }: FactsProps) {
  const isEmpty = Array.isArray(children) && children.length === 0
  return <section><h3>{title}</h3>{isEmpty ? <p class='quiet'>{otherwise}</p> : <dl>{children}</dl>}</section>
}

function Line ({ name, children }: { name: string, children: ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>
}

function Attributes ({ of }: { of: DatastoreInfo['node']['attributes'] }) {
  const facts = Object.entries(of).map(([name, value]) => ({ key: name, fact: factOf(name, value) }))
  return <>{facts.map(({ key, fact }) => <Line key={key} name={fact.name}><Text fact={fact} /></Line>)}</>
}

/** Longer ones are cut until somebody wants to see them. */
const longest = 200

function Text ({ fact: { text, exact, at } }: { fact: Fact }) {
  if (at !== null) return <Time at={at} />
  if (text.length > longest) return <details><summary>{text.slice(0, longest)}…</summary>{text.slice(longest)}</details>
  return <span title={exact ?? undefined}>{text}</span>
}
