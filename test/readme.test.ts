import { readFile, writeFile } from 'node:fs/promises'
import { registry } from '../src/events/index.ts'
import { samples } from '../src/samples/index.ts'
import { chartSvg } from './bench/chart-svg.ts'
import { publishedChart, publishedFigures, readFigures } from './bench/figures.ts'
import { benchPart } from './bench/readme-part.ts'
import { readReadmePart, writeReadmePart } from './helper/readme-part.ts'
import t from './helper/tap.ts'
import { codeBlocksIn, comparable } from './registry/code-blocks.ts'
import { eventTypesTable } from './registry/event-types-table.ts'
import { mergeRulesTable } from './tables/merge-rules-table.ts'

// UPDATE_README=1 npm test -- test/readme.test.ts writes the tables and the chart anew.

const figures = await readFigures(publishedFigures)

/** The parts of README.md that are made from the code, by the name in their markers. */
const tables = {
  'event types': eventTypesTable(registry, samples),
  'merge rules': mergeRulesTable(),
  bench: benchPart(figures),
}

for (const [name, table] of Object.entries(tables)) {
  t.test(`the table of ${name} is what the code says`, async (t) => {
    if (process.env.UPDATE_README) await writeReadmePart(name, table)
    else
      t.equal(
        await readReadmePart(name),
        `${table}\n`,
        'UPDATE_README=1 npm test -- test/readme.test.ts writes it anew',
      )
  })
}

t.test('the chart shows the figures that README tells', async (t) => {
  const chart = chartSvg(figures)
  if (process.env.UPDATE_README) await writeFile(publishedChart, chart)
  else t.equal(await readFile(publishedChart, 'utf8'), chart, 'made anew in the same way')
})

t.test('the code that adds an event type is the code that is tested', async (t) => {
  const root = 'test/registry/example/'
  const blocks = codeBlocksIn(await readReadmePart('add an event type'))
  t.ok(blocks.length > 0)
  for (const block of blocks) {
    const code = await readFile(new URL(`../${root}${block.path}`, import.meta.url), 'utf8')
    t.equal(comparable(block), comparable({ path: block.path, code }, root), block.path)
  }
})
