import * as records from '../../../src/samples/current/call-records.ts'
import * as calls from '../../../src/samples/current/calls.ts'
import { contactUpdated } from '../../../src/samples/current/contacts.ts'
import { messageDelivered, messageReceived } from '../../../src/samples/current/messages.ts'
import { taskEvent } from '../../../src/samples/current/tasks.ts'
import { later } from '../../../src/samples/index.ts'
import type { Envelope, SampleContext } from '../../../src/samples/sample.ts'
import { contextAt, toBody } from './bodies.ts'

type Build = (context: SampleContext) => Envelope

/** Seven events each, so that one call in twenty events is 35 %. */
const answeredCall: readonly Build[] = [
  calls.callRinging,
  calls.callMenuSelected,
  calls.callAnswered,
  calls.callCompleted,
  records.callRecordingCompleted,
  records.callSummaryCompleted,
  records.callTranscriptCompleted,
]
const missedCall: readonly Build[] = [
  calls.callRinging,
  calls.callMenuSelected,
  calls.callForwarded,
  calls.callMissed,
  (context) => calls.callCompleted(context, { status: 'unanswered', answeredAt: null, hasVoicemail: true }),
  records.callVoicemailCompleted,
  records.callSummaryCompleted,
]
const taskLife = ['task.created', 'task.updated', 'task.assigned', 'task.completed'] as const

/** Twenty events: ten of messages (m), seven of a call (c), two of contacts (p), one of a task (t). */
const ROUND = 'mcmpcmcmtcmmcmpcmmcm'

/**
 * So many events as an office's day has them, as JSON: 50 % messages, 35 % calls with recording, summary and
 * transcript or voicemail, 10 % contacts, 5 % tasks. Every fourth call is missed; a task has four events.
 */
export function* mixedBodies(count: number): Generator<Buffer, void> {
  const now = new Date()
  const steps = { m: 0, c: 0, p: 0, t: 0 }
  for (let index = 0; index < count; index += 1) {
    const round = Math.floor(index / ROUND.length)
    // The text holds no other letters.
    const letter = ROUND[index % ROUND.length] as keyof typeof steps
    const step = steps[letter]
    steps[letter] += 1
    yield toBody(eventOf(letter, step, round, now))
  }
}

function eventOf(letter: 'm' | 'c' | 'p' | 't', step: number, round: number, now: Date): Envelope {
  if (letter === 'm') {
    const context = contextAt(step, step * 7, now)
    return step % 2 === 0 ? messageReceived(context) : messageDelivered(context)
  }
  if (letter === 'p') return contactUpdated(later(contextAt(step, step * 11, now), round))
  if (letter === 't') {
    const task = Math.floor(step / taskLife.length)
    const place = step % taskLife.length
    return taskEvent(later(contextAt(task, task, now), place * 60), taskLife[place] ?? 'task.created')
  }
  const life = round % 4 === 3 ? missedCall : answeredCall
  const place = step % life.length
  const build = life[place] ?? calls.callRinging
  return build(later(contextAt(round, round * 13, now), place * 20))
}
