import { UsageError } from './usage-error.ts'

const path = '/api/v1/webhooks/openphone'

/**
 * The address to send to: the one given, with the webhook's path where it has none, else the webhook of a
 * server on this machine, on `PORT` or 3000.
 * @throws UsageError
 */
export function targetUrl(given: string | undefined, env: NodeJS.ProcessEnv): string {
  if (given === undefined) return `http://127.0.0.1:${portOf(env)}${path}`
  const url = URL.parse(given)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`--url must be an http or https address, as in http://127.0.0.1:3000${path}.`)
  }
  if (url.pathname === '/') url.pathname = path
  return url.href
}

function portOf(env: NodeJS.ProcessEnv): number {
  const text = env.PORT?.trim() || '3000'
  const port = Number(text)
  if (/^\d+$/.test(text) && port > 0 && port <= 65_535) return port
  throw new UsageError(`PORT=${text} does not say where the server listens: give its address with --url.`)
}
