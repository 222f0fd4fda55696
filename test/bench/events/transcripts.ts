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
    const words = lines.flatMap(({ content }) => String(content).split(' '))
    const times = Math.ceil(TRANSCRIPT_BYTES / Buffer.byteLength(JSON.stringify(lines)))
    // In an order of its own each time, so that Postgres can compress it about as well as speech, and not better.
    let place = index
    const nextWord = () => {
      place = (place * 48_271 + 11) % 2_147_483_647
      return words[place % words.length]
    }
    const reworded = (content: unknown) => String(content).split(' ').map(nextWord).join(' ')
    const dialogue = Array.from({ length: times }, () =>
      lines.map((line) => ({ ...line, content: reworded(line.content) })),
    ).flat()
    yield toBody(callTranscriptCompleted(context, { dialogue }))
  }
}
