import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import { type ApiOptions, opsApi } from './api.ts'
import { opsPage } from './page.ts'

/** Everything the page needs comes from here; it has no inline script or style, and nothing may embed it. */
const CONTENT_SECURITY_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'connect-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
}

/**
 * The operators' page at `/ops` and their API at `/ops/api`. Register it only where there is a token: without it
 * everything below `/ops` is answered 404, like any address that is not there.
 */
export async function opsRoutes(scope: FastifyInstance, options: ApiOptions): Promise<void> {
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
  await scope.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // Whether a host speaks TLS alone is for whoever puts this behind it.
    strictTransportSecurity: false,
  })
  scope.register(opsPage)
  scope.register(opsApi, { ...options, prefix: '/api' })
}
