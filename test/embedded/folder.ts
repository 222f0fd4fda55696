import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import tap, { type Test } from 'tap'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts'

export const log = pino({ level: 'silent' })
export const ownerScript = fileURLToPath(new URL('../helper/embedded-owner.ts', import.meta.url))
// The server does not keep this process alive; its tests wait for it all the same.
const alive = setInterval(() => {}, 1 << 30)
tap.teardown(() => clearInterval(alive))

/** Removed with the test. Not `t.testdir()`, which lies in the project: as root that may be closed to the server's user. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'openphone-embedded-'))
  await chmod(folder, 0o711)
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Starts the server of a folder in this process; it stops with the test. */
export async function start(t: Test, dataFolder: string, port?: number): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataFolder, port, log })
  t.teardown(() => postgres.stop())
  return postgres
}

export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

export interface Owner {
  readonly process: ChildProcess
  readonly url: string
  readonly notes: string[]
  readonly error?: string
}

/** Runs `embedded-owner.ts` until it has said how it went. */
export async function startOwner(
  t: Test,
  folder: string,
  mode = 'serve',
  script = ownerScript,
): Promise<Owner> {
  const child = spawn(process.execPath, [script, folder, mode], {
    stdio: ['pipe', 'pipe', mode === 'throw' ? 'ignore' : 'inherit'],
    detached: true,
  })
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  return { process: child, ...JSON.parse(line) }
}

export async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Of the server whose data is in the folder. */
export function serverPid(folder: string): number {
  return Number.parseInt(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}

/** Waits for what another process does; fails the test's timeout otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

/** Whether the default port is free is up to the machine. */
export const withoutPort = (notes: readonly string[]) => notes.filter((note) => !note.startsWith('Port '))
