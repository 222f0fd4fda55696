import { Type } from '@sinclair/typebox'
import { ProblemBody } from './problem.ts'

/**
 * The answer to a webhook that was taken. Not under `content` as the problems are: Fastify would then parse the
 * media type of each answer to find its serialiser.
 */
const taken = {
  ...Type.Object(
    {
      status: Type.Union([Type.Literal('queued'), Type.Literal('duplicate')], {
        description: 'queued: stored now, with its job. duplicate: this delivery was stored before.',
      }),
    },
    {
      title: 'Taken',
      description: 'Stored. Sent only after the transaction with the event and its job has committed.',
    },
  ),
  headers: {
    'x-event-id': Type.String({ format: 'uuid', description: 'The id of the stored event.' }),
  },
}

function problem(description: string) {
  return { description, content: { 'application/problem+json': { schema: ProblemBody } } }
}

/** Documents the route; nothing of it is checked by a schema, because the signature comes before the parsing. */
export const webhookSchema = {
  summary: 'Take a webhook of OpenPhone (Quo)',
  description:
    'Signed in one of three ways: Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature), ' +
    'legacy (openphone-signature) or hex (x-openphone-signature). Any event type is taken. ' +
    'A delivery that is repeated is answered "duplicate" and does nothing.',
  tags: ['webhook'],
  operationId: 'receiveWebhook',
  security: [{ standard: [] }, { legacy: [] }, { hex: [] }],
  body: Type.Object(
    {
      type: Type.String({ examples: ['message.received'] }),
      data: Type.Object({}, { additionalProperties: true }),
    },
    { title: 'Event', additionalProperties: true },
  ),
  response: {
    200: taken,
    400: problem('The signature is missing or wrong, or its timestamp is outside the window.'),
    405: problem('Only POST is taken here.'),
    413: problem('The body is over the limit.'),
    415: problem('The body is not application/json, or is compressed.'),
    422: problem('The body is empty, not UTF-8, not JSON, nested too deep, or no event.'),
    429: problem('Too many bad signatures from this address. See Retry-After.'),
    500: problem('The event was not stored in the queue, as far as is known.'),
    503: problem('Too much is waiting, or the process is shutting down. See Retry-After.'),
  },
}
