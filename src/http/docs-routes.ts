import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** Everything the page needs is served from here, so it works without the internet and may load nothing else. */
const CONTENT_SECURITY_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'font-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
}

/**
 * OpenAPI of every route that a plugin registers after this call: a page at `/docs`, the document at `/docs/json`.
 * It only looks at routes while they are registered; requests do not pass through it.
 */
export function serveDocs(server: FastifyInstance): void {
  server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'openphone-pipeline',
        description: 'Receives OpenPhone (Quo) webhooks and turns them into rows in Postgres.',
        version: '1',
      },
      tags: [
        { name: 'webhook', description: 'For the provider' },
        { name: 'operation', description: 'For orchestrators, monitoring and people' },
        { name: 'operators', description: 'For those who run it; with OPS_TOKEN' },
      ],
      components: {
        securitySchemes: {
          standard: header(
            'webhook-signature',
            'Standard Webhooks: v1,<base64>, with webhook-id and webhook-timestamp',
          ),
          legacy: header('openphone-signature', 'hmac;1;<timestamp>;<base64>'),
          hex: header('x-openphone-signature', 'sha256=<hex> of the body'),
          operator: { type: 'http', scheme: 'bearer', description: 'OPS_TOKEN' },
        },
      },
    },
  })
  server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    theme: { title: 'openphone-pipeline' },
  })
}

function header(name: string, description: string) {
  return { type: 'apiKey' as const, in: 'header' as const, name, description }
}
