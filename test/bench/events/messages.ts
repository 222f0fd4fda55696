import { messageDelivered, messageReceived } from '../../../src/samples/current/messages.ts'
import { contextAt, toBody } from './bodies.ts'

/**
 * Events of so many new messages, received and delivered by turns, as JSON.
 * @param first from where the messages are counted: others have other messages.
 */
export function* messageBodies(count: number, first = 0): Generator<Buffer, void> {
  const now = new Date()
  for (let index = first; index < first + count; index += 1) {
    // A step that shares no divisor with the number of contacts: all of them write, and neighbours differ.
    const context = contextAt(index, index * 7, now)
    yield toBody(index % 2 === 0 ? messageReceived(context) : messageDelivered(context))
  }
}
