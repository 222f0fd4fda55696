import { writeFile } from 'node:fs/promises'
import { chartSvg } from './chart-svg.ts'
import { readFigures } from './figures.ts'

// Makes a picture of a run:
//
//   npm run bench -- --json figures.json
//   node test/bench/chart.ts figures.json chart.svg

const [from, to] = process.argv.slice(2)
if (from === undefined || to === undefined) {
  console.error('Usage: node test/bench/chart.ts <figures.json> <chart.svg>')
  process.exit(2)
}
await writeFile(to, chartSvg(await readFigures(from)))
