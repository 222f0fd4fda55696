import { v7 as uuidv7 } from 'uuid'
import { serve } from './serve.ts'

// The ceiling: HTTP, signature, JSON and log, and nothing is stored.

await serve(async () => ({
  outbox: { refusal: () => undefined, submit: async () => ({ status: 'queued', eventId: uuidv7() }) },
  close: async () => {},
}))
