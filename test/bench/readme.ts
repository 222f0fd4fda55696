import { copyFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeReadmePart } from '../helper/readme-part.ts'
import { chartSvg } from './chart-svg.ts'
import { publishedChart, publishedFigures, readFigures } from './figures.ts'
import { benchPart } from './readme-part.ts'

// Publishes a run: its figures, their chart, and the tables in README.md.
//
//   npm run bench -- --all --repeat 3 --json figures.json
//   node test/bench/readme.ts figures.json

const [from] = process.argv.slice(2)
if (from === undefined) {
  console.error('Usage: node test/bench/readme.ts <figures.json>')
  process.exit(2)
}
const figures = await readFigures(from)
if (resolve(from) !== fileURLToPath(publishedFigures)) await copyFile(from, publishedFigures)
await writeFile(publishedChart, chartSvg(figures))
await writeReadmePart('bench', benchPart(figures))
