type Point = readonly [x: number, y: number]

/** A line of a chart. */
export interface Series {
  readonly name: string
  readonly colour: string
  readonly points: readonly Point[]
}

/** One chart: lines over the same axis. */
export interface Chart {
  readonly title: string
  readonly series: readonly Series[]
}

interface Drawing {
  readonly title: string
  /** What the horizontal axis counts. */
  readonly across: string
  readonly charts: readonly Chart[]
}

const width = 900
const margin = { left: 70, right: 40, top: 40 }
const chartHeight = 240
const inner = { width: width - margin.left - margin.right, height: chartHeight - 70 }
/** More points than this nobody sees. */
const mostPoints = 600

/** Draws charts one below the other, as SVG. Nothing but text, so that it can be read in a review. */
export function drawCharts ({ title, across, charts }: Drawing): string {
  const height = margin.top + charts.length * chartHeight + 20
  const furthest = Math.max(...charts.flatMap(chart => chart.series.flatMap(({ points }) => points.map(([x]) => x))))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${margin.left}" y="24" font-size="15">${escaped(title)}</text>`,
    ...charts.map((chart, index) => drawChart(chart, { top: margin.top + index * chartHeight, furthest })),
    `<text x="${width / 2}" y="${height - 6}" text-anchor="middle">${escaped(across)}</text>`,
    '</svg>',
    ''
  ].join('\n')
}

interface Place {
  readonly top: number
  readonly furthest: number
}

function drawChart ({ title, series }: Chart, { top, furthest }: Place): string {
  const highest = roundUp(Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y).filter(Number.isFinite))))
  const x = (value: number): string => (margin.left + value / furthest * inner.width).toFixed(1)
  const y = (value: number): string => (top + 30 + inner.height - value / highest * inner.height).toFixed(1)
  const [left, right] = [x(0), x(furthest)]
  const steps = [0, 0.25, 0.5, 0.75, 1]
  return [
    `<text x="${left}" y="${top + 16}" font-weight="bold">${escaped(title)}</text>`,
    ...steps.map(step => `<path d="M${left} ${y(step * highest)}H${right}" stroke="#ddd"/>` +
      `<text x="${margin.left - 8}" y="${y(step * highest)}" dy="4" text-anchor="end">${readable(step * highest)}</text>`),
    ...steps.map(step => `<text x="${x(step * furthest)}" y="${top + inner.height + 48}" text-anchor="middle">` +
      `${readable(step * furthest)}</text>`),
    ...series.map(({ name, colour, points }, index) => {
      const drawn = thinned(points).map(([px, py]) => `${x(px)},${y(py)}`).join(' ')
      return `<polyline points="${drawn}" fill="none" stroke="${colour}" stroke-width="1.2"/>` +
        `<text x="${Number(right) - index * 150}" y="${top + 16}" text-anchor="end" fill="${colour}">${escaped(name)}</text>`
    })
  ].join('\n')
}

/** At most so many points: of each stretch the highest, so that no peak is lost. */
function thinned (points: Series['points']): Series['points'] {
  const stretch = Math.ceil(points.length / mostPoints)
  const fine = points.filter(([, y]) => Number.isFinite(y))
  const starts = Array.from({ length: Math.ceil(fine.length / stretch) }, (_, index) => index * stretch)
  const higher = (one: Point, other: Point): Point => other[1] > one[1] ? other : one
  return starts.map(start => fine.slice(start, start + stretch).reduce(higher))
}

/** The next number of one digit and zeros. */
function roundUp (value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return Math.ceil(value / power) * power
}

function readable (value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 })
}

function escaped (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
