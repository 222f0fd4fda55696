import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { HttpProblem } from './problem.ts'

/** Tells what to answer a request that no route takes. */
export type ExplainNotFound = (request: FastifyRequest) => HttpProblem

/**
 * 405 with `Allow` where the address has a route of another method, else 404. Call this before the routes are
 * registered. It knows addresses without parameters only.
 */
export function watchRoutes(server: FastifyInstance): ExplainNotFound {
  const methodsByPath = new Map<string, Set<string>>()
  server.addHook('onRoute', ({ url, method }: RouteOptions) => {
    const methods = methodsByPath.get(url) ?? new Set()
    for (const name of [method].flat()) methods.add(name)
    methodsByPath.set(url, methods)
  })

  return ({ url, method }) => {
    const [path = ''] = url.split('?', 1)
    const methods = methodsByPath.get(path)
    if (methods === undefined) return new HttpProblem('not-found', 'Nothing is served at this address.')
    const allow = [...methods].sort().join(', ')
    return new HttpProblem('method', `This address takes ${allow}, not ${method}.`, { headers: { allow } })
  }
}
