import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from './helper/tap.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const { scripts, tap } = JSON.parse(read('package.json'))
const find = (pattern: string) => globSync(pattern, { cwd: root })

t.test('no test file is forgotten: each is run by one of the commands of package.json', async (t) => {
  const patterns: string[] = [
    ...tap.include,
    ...Object.values<string>(scripts).flatMap((script) => script.match(/\btest\/\S*\*\S*\.ts\b/g) ?? []),
  ]
  const entries = patterns.flatMap(find)
  const run = entries.flatMap((entry) => {
    if (!entry.startsWith('test/all/')) return [entry]
    if (entry === 'test/all/others.test.ts') return find('test/!(webhook-*).test.ts')
    const [, ending, folders = ''] = /runFolders\('(\S+)', ([^)]*)\)/.exec(read(entry)) ?? []
    return (folders.match(/test\/[\w-]+/g) ?? []).flatMap((folder) => find(`${folder}/*${ending}`))
  })
  const kinds = find('test/**/*.{test,property,program,page,fault}.ts')
  t.same(run.sort(), kinds.filter((file) => !file.startsWith('test/all/')).sort(), 'and by one only')
})

t.test('files that share a process know which part of it is theirs', async (t) => {
  const sharing = find('test/**/*.{test,page}.ts').filter((file) => !/^test\/(all\/|webhook-)/.test(file))
  t.same(
    sharing.filter((file) => /^import .* from 'tap'$/m.test(read(file))),
    [],
    'by test/helper/tap.ts',
  )
})

t.test('npm run check runs all but the fault tests', async (t) => {
  const all = Object.keys(scripts).filter((name) => /^test(:|$)/.test(name) && name !== 'test:faults')
  for (const name of all) t.match(scripts.check, new RegExp(`npm (run )?${name}(?![:\\w])`))
})
