import { Type } from '@sinclair/typebox'
import { HttpProblem } from '../../src/http/problem.ts'
import t from '../helper/tap.ts'
import { createServer } from './helper.ts'

t.test('an unknown address is answered 404 as a problem', async (t) => {
  const { server } = createServer(t)
  for (const url of ['/', '/api/v1/webhooks', '/api/v1/webhooks/openphone/']) {
    const answer = await server.inject(url)
    t.equal(answer.statusCode, 404)
    t.equal(answer.headers['content-type'], 'application/problem+json')
    t.match(answer.json(), { type: '/problems/not-found', title: 'Not found', status: 404 })
  }
})

t.test('a fault in a route of another plugin is answered 500 without its words and is logged', async (t) => {
  const { server, lines } = createServer(t)
  server.register(async (scope) => {
    scope.get('/broken/:id', () => {
      throw Object.assign(new Error('Key (phone_number)=(+15550100)'), { code: '23505', severity: 'ERROR' })
    })
  })
  const answer = await server.inject('/broken/1')
  t.equal(answer.statusCode, 500)
  t.match(answer.json(), { type: '/problems/internal', status: 500 })
  t.match(lines, [
    { event: 'http_error', method: 'GET', route: '/broken/:id', status: 500, error: { code: '23505' } },
  ])
  t.notMatch(answer.payload + JSON.stringify(lines), /15550100/)
})

t.test("a request that a plugin's schema refuses is answered 400 and the field is named", async (t) => {
  const { server } = createServer(t)
  server.register(async (scope) => {
    const schema = { querystring: Type.Object({ limit: Type.Integer() }) }
    scope.get('/list', { schema }, () => 'ok')
  })
  const answer = await server.inject('/list?limit=many')
  t.equal(answer.statusCode, 400)
  t.match(answer.json(), { type: '/problems/bad-request', detail: /querystring\/limit must be integer/ })
})

t.test('a client error that a plugin knows only by its status keeps it and shows no words', async (t) => {
  const { server } = createServer(t)
  server.register(async (scope) => {
    scope.get('/secret', () => {
      throw Object.assign(new Error('internal words'), { statusCode: 403 })
    })
  })
  const answer = await server.inject('/secret')
  t.equal(answer.statusCode, 403)
  t.same(answer.json(), { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'Forbidden.' })
})

t.test('a problem that a plugin throws is answered as it is', async (t) => {
  const { server } = createServer(t)
  server.register(async (scope) => {
    scope.get('/guarded', () => {
      throw new HttpProblem('unauthorized', 'Send the token.', { headers: { 'www-authenticate': 'Bearer' } })
    })
  })
  const answer = await server.inject('/guarded')
  t.equal(answer.statusCode, 401)
  t.equal(answer.headers['www-authenticate'], 'Bearer')
  t.match(answer.json(), { type: '/problems/unauthorized', detail: 'Send the token.' })
})

t.test('a body that no route asked for is not read', async (t) => {
  const { server } = createServer(t)
  const answer = await server.inject({ method: 'POST', url: '/nothing', payload: { a: 1 } })
  t.equal(answer.statusCode, 404)
})
