import type { Test } from 'tap'
import { type Pipeline, type PipelineOptions, startPipeline } from '../helper/pipeline.ts'

export const OPS_TOKEN = 'a-token-of-the-operators'

export interface ApiAnswer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

export interface OpsPipeline extends Pipeline {
  /** Asks `/ops/api` with the token. The body's type is the caller's word for what the test expects. */
  get<Body = Record<string, unknown>>(path: string): Promise<ApiAnswer<Body>>
  post<Body = Record<string, unknown>>(path: string, body?: unknown): Promise<ApiAnswer<Body>>
}

/** The whole app with an operators' token. */
export async function startOps(t: Test, { env, ...options }: PipelineOptions = {}): Promise<OpsPipeline> {
  const pipeline = await startPipeline(t, { ...options, env: { OPS_TOKEN, ...env } })
  const ask = async (path: string, init: RequestInit) => {
    const response = await fetch(`${pipeline.app.url}/ops/api${path}`, init)
    const { status, headers } = response
    return { status, headers, body: JSON.parse(await response.text()) }
  }
  const authorization = `Bearer ${OPS_TOKEN}`
  return {
    ...pipeline,
    get: (path) => ask(path, { headers: { authorization } }),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
  }
}

/** An app that takes webhooks and has no worker: events stay as a test wrote them. */
export function startOpsWithoutWorker(t: Test): Promise<OpsPipeline> {
  return startOps(t, { env: { ROLE: 'ingest' } })
}

export interface EventBody {
  readonly id: string
  readonly type: string
  readonly status: string
  readonly error: string | null
  readonly failedAt: string | null
}

export interface PageBody {
  readonly events: readonly EventBody[]
  readonly next: string | null
  readonly lookedBackTo: string | null
}

/** Every event of a list, page by page. */
export async function allPages({ get }: OpsPipeline, query: string): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  for (;;) {
    const { body } = await get<PageBody>(`/events?${query}${cursor && `&cursor=${cursor}`}`)
    ids.push(...body.events.map(({ id }) => id))
    if (body.next === null) return ids
    cursor = body.next
  }
}
