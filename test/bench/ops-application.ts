import { randomBytes } from 'node:crypto'
import { type Application, application, startApplication } from './application.ts'
import type { Bench } from './bench.ts'
import type { OpsFigure } from './ops-figure.ts'
import type { Database } from './postgres.ts'

const opsToken = randomBytes(24).toString('hex')

export interface OpsBench extends Pick<Bench, 'folder' | 'processes' | 'signal' | 'postgres'> {
  readonly tell: (figure: OpsFigure) => void
}

export interface OpsApplication extends Application {
  /** Asks `/ops/api` and reads the whole answer. @throws Error when it is not 200. */
  ask<Answer>(path: string, body?: unknown): Promise<Timed<Answer>>
}

export interface Timed<Answer> {
  readonly answer: Answer
  readonly milliseconds: number
}

/** Starts the application, with its operators' API. */
export async function startOpsApplication(
  bench: OpsBench,
  { url: databaseUrl }: Database,
  role: 'all' | 'ingest',
): Promise<OpsApplication> {
  const started = await startApplication(bench, application, { databaseUrl, role, opsToken })
  return {
    ...started,
    ask: async (path, body) => {
      const began = performance.now()
      const response = await fetch(`${started.url}/ops/api/${path}`, {
        headers: {
          authorization: `Bearer ${opsToken}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const milliseconds = performance.now() - began
      if (response.status !== 200) throw new Error(`${path} was answered ${response.status}: ${text}`)
      return { answer: JSON.parse(text), milliseconds }
    },
  }
}
