import t from '../helper/tap.ts'
import {
  CUSTOMER,
  current,
  fieldsOf,
  flat,
  type Json,
  known,
  legacy,
  OCCURRED_AT,
  only,
  translate,
} from './build.ts'

const dialogue = [
  { userId: 'US1', identifier: null, content: 'How can I help?', start: 0, end: 2.5 },
  { userId: null, identifier: CUSTOMER, content: 'What does it cost?', start: 2.5, end: 5 },
]

function transcript(resource: Json = {}) {
  return current('call.transcript.completed', {
    callId: 'AC1',
    createdAt: '2026-04-13T11:59:00Z',
    duration: 5,
    processingStatus: 'completed',
    dialogue,
    ...resource,
  })
}

t.test('a current transcript is text, a line for each thing said, and the dialogue itself', async (t) => {
  const call = only(translate(transcript()), 'call', 'AC1')
  t.strictSame(call.at, OCCURRED_AT)
  t.match(known(call), {
    transcript_status: 'completed',
    transcript: `US1: How can I help?\n${CUSTOMER}: What does it cost?`,
    transcript_dialogue: [
      { user_id: 'US1', content: 'How can I help?', start_seconds: 0, end_seconds: 2.5 },
      { identifier: CUSTOMER, content: 'What does it cost?', start_seconds: 2.5, end_seconds: 5 },
    ],
  })
  t.notOk('created_at' in known(call), 'when the transcript was made is not when the call was')
})

t.test('a legacy transcript says the same under either name of its type', async (t) => {
  const expected = fieldsOf(transcript(), 'call')
  for (const type of ['callTranscript', 'call.transcript.completed']) {
    const told = fieldsOf(legacy(type, { callId: 'AC1', status: 'completed', dialogue }), 'call')
    t.strictSame(told.transcript, expected.transcript)
    t.strictSame(told.transcript_dialogue, expected.transcript_dialogue)
    t.equal(told.transcript_status, 'completed')
    t.equal(told.status, undefined, 'the transcript’s status is not the call’s')
  }
})

t.test('a flat transcript.ready tells text, confidence and language', async (t) => {
  const given = flat('transcript.ready', {
    callId: 'call_1',
    transcriptId: 'tr_1',
    transcript: { text: 'How can I help?', confidence: 0.93, language: 'en-US' },
    processedAt: '2026-04-13T12:05:00Z',
  })
  const call = only(translate(given), 'call', 'call_1')
  t.strictSame(call.at, new Date('2026-04-13T12:05:00Z'))
  t.strictSame(known(call), {
    transcript_status: 'completed',
    transcript: 'How can I help?',
    transcript_confidence: 0.93,
    transcript_language: 'en-US',
  })
})

t.test('a transcript in progress has no text yet, one of silence has an empty one', async (t) => {
  const unready = fieldsOf(transcript({ processingStatus: 'in-progress', dialogue: [] }), 'call')
  t.equal(unready.transcript_status, 'in-progress')
  t.equal(unready.transcript, undefined)
  t.equal(fieldsOf(transcript({ processingStatus: 'failed', dialogue: null }), 'call').transcript, undefined)
  t.match(fieldsOf(transcript({ dialogue: [] }), 'call'), { transcript: '', transcript_dialogue: [] })
})

t.test('lines without a speaker or with fields of wrong types still count', async (t) => {
  const odd = [
    { content: 'Hello?' },
    { userId: 5, content: null },
    null,
    'x',
    { start: -1, end: 'soon', content: 'a\u0000b' },
  ]
  t.match(fieldsOf(transcript({ dialogue: odd }), 'call'), {
    transcript: 'Hello?\n5: \nab',
    transcript_dialogue: [{ content: 'Hello?' }, { user_id: '5' }, { content: 'ab' }],
  })
})

t.test('a transcript without the call’s id is refused with the name of the field', async (t) => {
  t.throws(() => translate(transcript({ callId: ' ' })), {
    name: 'PermanentError',
    message: /^data\.resource\.callId: /,
  })
  t.throws(() => translate(legacy('callTranscript', { id: 'CTR1' })), { message: /^data\.object\.callId: / })
})
