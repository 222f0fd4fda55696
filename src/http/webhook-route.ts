import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { OverloadedError } from '../outbox/errors.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { type Delivery, toDelivery } from '../webhook/delivery.ts'
import { EnvelopeError, parseEnvelope } from '../webhook/envelope.ts'
import { headersAsSent } from '../webhook/headers.ts'
import { checkBodyTimestamp } from '../webhook/hex.ts'
import type { SigningKeys } from '../webhook/secrets.ts'
import { SignatureError, verify } from '../webhook/verify.ts'
import { limitBadSignatures } from './bad-signatures.ts'
import { HttpProblem, toProblem } from './problem.ts'
import { createBodyReader } from './raw-body.ts'
import { sendProblem } from './send-problem.ts'
import { createRecorder, newFacts, type WebhookFacts } from './webhook-record.ts'
import { webhookSchema } from './webhook-schema.ts'

export const WEBHOOK_PATH = '/api/v1/webhooks/openphone'

export interface WebhookRouteOptions {
  readonly bodyLimitBytes: number
  /** Most bytes of all bodies on their way in. */
  readonly receivingBytesMax: number
  readonly badSignaturesPerMinute: number
  readonly signatureToleranceSeconds: number
  readonly keys: SigningKeys
  readonly outbox: Outbox
  readonly log: Log
  readonly metrics: Metrics
  /** Milliseconds, as `Date.now`. */
  readonly now: () => number
  readonly isClosing: () => boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on requests to the webhook route. */
    webhook: WebhookFacts | null
  }
}

/** When a sender turned away by a process that is ending should come again: another has its place by then. */
const RETRY_AFTER_CLOSING_SECONDS = '5'

/** The route that takes webhooks, with a body parser and an error handler of its own. Register it as a plugin. */
export async function webhookRoute(scope: FastifyInstance, options: WebhookRouteOptions): Promise<void> {
  const { outbox, keys, now, signatureToleranceSeconds: toleranceSeconds } = options
  const recorder = createRecorder(options.log, options.metrics)
  const countBadSignature = await limitBadSignatures(scope, options.badSignaturesPerMinute)

  /**
   * A function of its own, so that what it reads is garbage before the commit and not kept until the answer.
   * @throws SignatureError, EnvelopeError, HttpProblem
   */
  function readDelivery(request: FastifyRequest): Delivery {
    const facts = factsOf(request)
    const body = bodyOf(request)
    facts.bytes = body.length
    const window = { toleranceSeconds, now: now() }
    const verified = verify({ headers: headersAsSent(request.raw.rawHeaders), body, keys, ...window })
    facts.scheme = verified.scheme
    const envelope = parseEnvelope(body)
    facts.type = envelope.type
    if (verified.scheme === 'hex') checkBodyTimestamp(envelope, window)
    return toDelivery(verified, envelope, body)
  }

  scope.decorateRequest('webhook', null)
  scope.addContentTypeParser('application/json', createBodyReader(options))
  scope.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error)
    recorder.refused(factsOf(request), problem)
    // Fastify closes the connection when a body is refused; see `createBodyReader` for why not.
    if (!options.isClosing()) reply.removeHeader('connection')
    return sendProblem(reply, problem)
  })

  scope.post(
    WEBHOOK_PATH,
    {
      schema: webhookSchema,
      // The schema is for the documentation; the body is bytes here and its checks are below.
      validatorCompiler: () => () => true,
      onRequest: (request, _reply, done) => {
        request.webhook = newFacts(request.id)
        if (options.isClosing()) return done(shuttingDown())
        // Before the body is read and its signature checked: turning a delivery away must cost less than taking
        // it, or a crowd leaves no time for anybody.
        const refusal = outbox.refusal()
        done(refusal && overloaded(refusal))
      },
    },
    async (request, reply) => {
      const facts = factsOf(request)
      let delivery: Delivery
      try {
        delivery = readDelivery(request)
      } catch (error) {
        if (error instanceof SignatureError && error.reason === 'signature') await countBadSignature(request)
        throw refusal(error)
      }
      const { status, eventId } = await submit(outbox, delivery)
      recorder.taken(facts, status, eventId)
      reply.header('x-event-id', eventId)
      return { status }
    },
  )
}

/** @throws HttpProblem for a body that is not there. */
function bodyOf({ body, headers }: FastifyRequest): Buffer {
  if (headers['content-type'] === undefined) {
    throw new HttpProblem('content-type', 'Send the body as application/json; Content-Type is missing.')
  }
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw new HttpProblem('empty-body', 'The body is empty; an event is expected.')
  }
  return body
}

/** The messages of these errors are made for callers and hold nothing of the request. */
function refusal(error: unknown): unknown {
  if (error instanceof SignatureError) return new HttpProblem(error.reason, error.message)
  if (error instanceof EnvelopeError) return new HttpProblem('envelope', error.message)
  return error
}

async function submit(outbox: Outbox, delivery: Delivery) {
  try {
    return await outbox.submit(delivery)
  } catch (cause) {
    if (cause instanceof OverloadedError) throw overloaded(cause)
    const detail = 'The event could not be stored in the queue. Send it again: it is stored once.'
    throw new HttpProblem('queue', detail, { cause })
  }
}

function overloaded({ retryAfterSeconds }: OverloadedError): HttpProblem {
  return new HttpProblem('overloaded', 'Too much is waiting here. Send the event again.', {
    headers: { 'retry-after': String(Math.ceil(retryAfterSeconds)) },
  })
}

function shuttingDown(): HttpProblem {
  return new HttpProblem('shutting-down', 'This process is shutting down. Send the event again.', {
    headers: { 'retry-after': RETRY_AFTER_CLOSING_SECONDS },
  })
}

function factsOf(request: FastifyRequest): WebhookFacts {
  request.webhook ??= newFacts(request.id)
  return request.webhook
}
