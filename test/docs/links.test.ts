import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { documents, readDocument, root } from '../support/markdown.js'

t.test('every relative link of every document leads to a file, and its anchor to a heading', async t => {
  for (const document of documents) {
    for (const link of linksOf(readDocument(document))) t.equal(troubleOf(document, link), null, `${document}: ${link}`)
  }
})

t.test('a link that leads nowhere is found', async t => {
  t.same(linksOf('[a](b.md#c), ![d](e.svg) and `[f](g)`\n```\n[h](i)\n```\n<img src="j.svg">\n[k]: l.md'), ['b.md#c', 'e.svg', 'l.md', 'j.svg'])
  t.equal(troubleOf('docs/cli.md', 'nowhere.md'), 'there is no docs/nowhere.md')
  t.equal(troubleOf('docs/cli.md', '../README.md#nowhere'), 'README.md has no heading for #nowhere')
  t.equal(troubleOf('docs/cli.md', '#exit-codes'), null)
  t.equal(troubleOf('docs/cli.md', 'https://example.com/#x'), null)
})

/** The targets of all links and images, without those in code. */
function linksOf (text: string): string[] {
  const prose = text.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`\n]*`/g, '')
  const forms = [/\]\(([^()\s]+)\)/g, /^\[[^\]]+\]: (\S+)/gm, /\b(?:src|srcset|href)="([^"]+)"/g]
  return forms.flatMap(form => [...prose.matchAll(form)].map(([, target = '']) => target))
}

/** Why a link leads nowhere, else null. Links to other hosts are not followed. */
function troubleOf (document: string, link: string): string | null {
  if (/^([a-z]+:|\/\/)/.test(link)) return null
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? document : normalize(join(dirname(document), path))
  if (!existsSync(join(root, target))) return `there is no ${target}`
  if (anchor === undefined || !target.endsWith('.md')) return null
  return anchorsOf(readDocument(target)).has(anchor) ? null : `${target} has no heading for #${anchor}`
}

/** The anchors of a document, as GitHub makes them of its headings. */
function anchorsOf (text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of text.replace(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const words = heading.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').toLowerCase()
    const slug = words.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-')
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}
