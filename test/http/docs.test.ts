import { PROBLEMS } from '../../src/http/problem-catalogue.ts'
import { WEBHOOK_PATH } from '../../src/http/webhook-route.ts'
import t from '../helper/tap.ts'
import { createServer } from './helper.ts'

t.test('the document describes every answer of the webhook route', async (t) => {
  const { server } = createServer(t)
  const answer = await server.inject('/docs/json')
  t.equal(answer.statusCode, 200)
  const { openapi, paths } = answer.json()
  t.match(openapi, /^3\.1/)
  const { post } = paths[WEBHOOK_PATH]
  t.same(Object.keys(post.responses), ['200', '400', '405', '413', '415', '422', '429', '500', '503'])
  t.ok(post.responses[200].headers['x-event-id'])
  t.ok(post.responses[200].content['application/json'].schema.properties.status)
  t.ok(post.responses[400].content['application/problem+json'].schema.properties.detail)
  t.ok(post.requestBody.content['application/json'].schema.properties.type)
  t.same(post.security, [{ standard: [] }, { legacy: [] }, { hex: [] }])
})

t.test('the document describes health and metrics', async (t) => {
  const { paths } = (await createServer(t).server.inject('/docs/json')).json()
  t.match(paths['/healthz'].get.responses, { 200: Object })
  t.match(paths['/readyz'].get.responses, { 200: Object, 503: Object })
  t.match(paths['/metrics'].get.responses, { 200: Object })
})

t.test('the page loads only what is served here, and may load nothing else', async (t) => {
  const { server } = createServer(t)
  const page = await server.inject('/docs')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-security-policy'], /default-src 'none'/)
  t.notMatch(page.headers['content-security-policy'], /https?:|upgrade-insecure/)
  const resources = [...page.payload.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
  t.ok(resources.length > 3)
  for (const url of resources) {
    t.match(url, /^\/docs\/static\//)
    t.equal((await server.inject(url)).statusCode, 200, url)
  }
  t.notMatch(page.payload, /<script>|style="/)
})

t.test('every kind of problem is explained at the address that is its type', async (t) => {
  const { server } = createServer(t)
  for (const [kind, { status, title, meaning }] of Object.entries(PROBLEMS)) {
    const answer = await server.inject(`/problems/${kind}`)
    t.same(answer.json(), { type: `/problems/${kind}`, status, title, meaning })
  }
  t.equal((await server.inject('/problems/unknown')).statusCode, 404)
  t.equal((await server.inject('/problems/toString')).statusCode, 404)
})

t.test('an address with a part that is too long is answered 414 as a problem', async (t) => {
  const answer = await createServer(t).server.inject(`/problems/${'x'.repeat(101)}`)
  t.equal(answer.statusCode, 414)
  t.match(answer.json(), { type: '/problems/uri-too-long' })
})
