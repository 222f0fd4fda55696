import { callTranscriptCompleted } from '../../../src/samples/current/call-records.ts'
import { dialogueOf } from '../../../src/samples/dialogue.ts'
import { contextAt, toBody } from './bodies.ts'

/** As a call of an hour or so has it. */
const TRANSCRIPT_BYTES = 64 * 1024

/** Transcripts of so many calls, of 64 KB each, as JSON. */
export function* transcriptBodies(count: number): Generator<Buffer, void> {
  const now = new Date()
  for (let index = 0; index < count; index += 1) {
    const context = contextAt(index, index * 7, now)
    const lines = dialogueOf(context)
    const times = Math.ceil(TRANSCRIPT_BYTES / Buffer.byteLength(JSON.stringify(lines)))
    const dialogue = Array.from({ length: times }, (_, round) =>
      // No two lines are the same, so that compression finds no more in them than in speech.
      lines.map((line, place) => ({ ...line, content: `${line.content} ${index}-${round}-${place}` })),
    ).flat()
    yield toBody(callTranscriptCompleted(context, { dialogue }))
  }
}
