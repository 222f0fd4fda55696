import { readFile, writeFile } from 'node:fs/promises'
import t from 'tap'
import { registry } from '../src/events/index.ts'
import { samples } from '../src/samples/index.ts'
import { codeBlocksIn, comparable } from './registry/code-blocks.ts'
import { eventTypesTable } from './registry/event-types-table.ts'
import { mergeRulesTable } from './tables/merge-rules-table.ts'

// UPDATE_README=1 npm test -- test/readme.test.ts writes the tables anew.

const readme = new URL('../README.md', import.meta.url)

/** The parts of README.md that are made from the code, by the name in their markers. */
const tables = {
  'event types': eventTypesTable(registry, samples),
  'merge rules': mergeRulesTable(),
}

/** What is before, between and after the markers of a part. */
async function split(name: string): Promise<[before: string, part: string, after: string]> {
  const text = await readFile(readme, 'utf8')
  const marker = `<!-- ${name} -->\n`
  const start = text.indexOf(marker) + marker.length
  const end = text.indexOf(`<!-- /${name} -->`)
  if (start < marker.length || end < start) throw new Error(`README.md has no part marked ${marker.trim()}`)
  return [text.slice(0, start), text.slice(start, end), text.slice(end)]
}

for (const [name, table] of Object.entries(tables)) {
  t.test(`the table of ${name} is what the code says`, async (t) => {
    const [before, written, after] = await split(name)
    if (process.env.UPDATE_README) await writeFile(readme, `${before}${table}\n${after}`)
    else t.equal(written, `${table}\n`, 'UPDATE_README=1 npm test -- test/readme.test.ts writes it anew')
  })
}

t.test('the code that adds an event type is the code that is tested', async (t) => {
  const root = 'test/registry/example/'
  const [, part] = await split('add an event type')
  const blocks = codeBlocksIn(part)
  t.ok(blocks.length > 0)
  for (const block of blocks) {
    const code = await readFile(new URL(`../${root}${block.path}`, import.meta.url), 'utf8')
    t.equal(comparable(block), comparable({ path: block.path, code }, root), block.path)
  }
})
