import { messageDelivered, messageReceived } from '../../../src/samples/current/messages.ts'
import { contextAt, toBody } from './bodies.ts'

/** Events of so many new messages, received and delivered by turns, as JSON. */
export function* messageBodies(count: number): Generator<Buffer, void> {
  const now = new Date()
  for (let index = 0; index < count; index += 1) {
    // A step that shares no divisor with the number of contacts: all of them write, and neighbours differ.
    const context = contextAt(index, index * 7, now)
    yield toBody(index % 2 === 0 ? messageReceived(context) : messageDelivered(context))
  }
}
