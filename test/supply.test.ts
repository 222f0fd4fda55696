import { readFile } from 'node:fs/promises'
import t from './helper/tap.ts'

// What production is made of. test/install.program.ts installs it and runs it.

const read = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8')

interface Locked {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly resolved?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
}

const { dependencies } = JSON.parse(await read('package.json'))
const { packages }: { packages: Record<string, Locked> } = JSON.parse(await read('package-lock.json'))
const locked = Object.entries(packages).filter(([path]) => path !== '')

t.test('README gives a reason for every runtime dependency, and for none that is not there', async (t) => {
  const [, section = ''] = (await read('README.md')).split('### Runtime dependencies\n')
  const rows = section.split('\n## ')[0]?.matchAll(/^\| (`.*`) \| \S.* \|$/gm) ?? []
  const listed = [...rows].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '))
  t.same(listed.toSorted(), Object.keys(dependencies).toSorted())
})

t.test('no runtime package has a script that runs when it is installed', async (t) => {
  const withScripts = locked.filter(
    ([, { dev, optional, hasInstallScript }]) => !dev && !optional && hasInstallScript,
  )
  t.same(withScripts, [])
  t.ok(
    locked.some(([, { hasInstallScript }]) => hasInstallScript),
    'the lock file tells which have',
  )
})

t.test('every package is held to its checksum, and none names a place of its own to come from', async (t) => {
  t.same(
    locked.filter(([, { resolved, integrity }]) => resolved !== undefined || !integrity),
    [],
  )
})

t.test('the images run as a user without rights, on a file system that is read-only', async (t) => {
  const file = await read('docker-compose.yml')
  for (const name of ['x-app', 'dashboard']) {
    const block = blockOf(file, name)
    t.match(block, /^ +USER node$/m, `${name}: user`)
    t.match(block, /^ +read_only: true$/m, `${name}: file system`)
    t.match(block, /^ +cap_drop: \[ALL\]$/m, `${name}: capabilities`)
    t.match(block, /^ +security_opt: \["no-new-privileges:true"\]$/m, `${name}: privileges`)
    t.match(block, /npm (ci|install) --omit=dev --ignore-scripts/, `${name}: install scripts`)
    // Only for this machine, unless somebody puts a proxy before it.
    for (const [ports] of block.matchAll(/^ +ports: .*$/gm)) t.match(ports, /\["127\.0\.0\.1:/)
  }
  for (const name of ['ingest', 'worker'])
    t.match(blockOf(file, name), /^ {4}<<: \*app$/m, `${name} is the app`)
})

/** The lines of a YAML file that belong to a key: those that are indented deeper. */
function blockOf(file: string, key: string): string {
  const lines = file.split('\n')
  const start = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`))
  const indentOf = (line: string) => line.length - line.trimStart().length
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => line.trim() !== '' && indentOf(line) <= indentOf(lines[start] ?? ''))
  return start === -1 ? '' : rest.slice(0, end).join('\n')
}
