import type { Envelope, Fields } from '../../src/samples/sample.ts'
import { contactIds, MOMENTS, moment, numbers } from './world.ts'

/** A field of a payload that says something else than in the sample; undefined takes it away. */
export interface Edit {
  readonly field: string
  readonly value: unknown
}

const seconds = Array.from({ length: MOMENTS }, (_, second) => second)
const times = [...seconds.map((second) => moment(second).toISOString()), moment(1).getTime() / 1000, 'soon']
// Postgres holds neither NUL nor half of a surrogate pair; 😀 and U+FF61 sort one way in UTF-16, another in UTF-8.
const words = ['', 'one', 'two', 'n\0ul', 'half \ud83d', '😀', '\uff61']
const parties = [...numbers, [numbers[0], numbers[1]], [], '415 555 0100', '22395', 'anonymous', 42]
const ids = ['X1', 7, '', '😀', '\uff61']
const links = ['https://media.example.com/1', 'https://media.example.com/2']
const durations = [0, 5, 5.25, '7', -1]
const media = [[], ...links.map((url) => [{ url, type: 'audio/mpeg', duration: 5 }]), links]
const texts = [[], ['one'], ['two', 'three'], 'one']
const phones = [[], [{ value: numbers[0] }], [{ value: numbers[1] }, { value: numbers[2] }], [{ value: 'x' }]]

/** What fields may say instead, by name, in whatever shape they are met. */
const alternatives: Readonly<Record<string, readonly unknown[]>> = {
  // Envelope
  createdAt: times,
  timestamp: times,
  links: [{ quo: links[0] }, { quo: null }],
  // Objects
  id: [...contactIds, 'ACcall-a', 'ACmessage-a', ''],
  callId: ['ACcall-a', 'ACcall-b'],
  voicemailId: ['VMvoicemail-a', 'VMvoicemail-b'],
  updatedAt: times,
  answeredAt: times,
  completedAt: times,
  startedAt: times,
  deliveredAt: times,
  failedAt: times,
  missedAt: times,
  receivedAt: times,
  processedAt: times,
  direction: ['incoming', 'outgoing', 'inbound', 'outbound', 'sideways'],
  status: [
    'queued',
    'received',
    'delivered',
    'failed',
    'undelivered',
    'ringing',
    'completed',
    'answered',
    'No_Answer',
    'in-progress',
    'unheard of',
  ],
  processingStatus: ['absent', 'in-progress', 'completed', 'failed'],
  errorCode: ['30003', 30007],
  error: [{ code: '30003', message: 'one' }, 'two'],
  text: words,
  body: words,
  media,
  from: parties,
  to: parties,
  senderIdentifier: parties,
  recipientIdentifiers: parties,
  fromPhoneNumber: parties,
  forwardedFrom: parties,
  forwardedTo: parties,
  participants: [
    { workspace: [], external: [], resolution: 'unavailable' },
    { workspace: [numbers[0]], external: [numbers[1]], resolution: 'available' },
    { workspace: [], external: [], resolution: 'available' },
    [numbers[1]],
    [numbers[1], numbers[2]],
  ],
  contacts: [
    { ids: [], lookupStatus: 'unavailable' },
    { ids: [], lookupStatus: 'none' },
    { ids: contactIds.slice(0, 1), lookupStatus: 'matched' },
    { ids: contactIds.slice(0, 2), lookupStatus: 'matched' },
  ],
  contactIds: [[], contactIds.slice(0, 1), contactIds.slice(1)],
  contact: [
    { id: contactIds[0], phoneNumber: numbers[0], name: 'One' },
    { id: null, phoneNumber: numbers[0], name: 'Two' },
    { id: contactIds[1], phoneNumber: null, name: null },
  ],
  phoneNumberId: ids,
  phoneNumberType: ['shared', 'private', 'external'],
  userId: ids,
  orgId: ids,
  conversationId: ids,
  conversation: [{ id: 'X1' }],
  duration: durations,
  answeredByUserId: ids,
  answeredBy: ids,
  initiatedBy: ids,
  phoneMenuSelection: ['1', 2],
  phoneMenuSelectionName: words,
  statusReason: words,
  hasVoicemail: [true, false],
  voicemail: [{ url: links[0], duration: 5 }, { url: null, duration: null }, {}],
  recordings: media,
  recording: [{ id: 'RE1', url: links[0], duration: 5 }, {}],
  recordingUrl: links,
  summary: [...texts, { text: 'one', keyPoints: ['two'], sentiment: 'good' }, {}],
  nextSteps: texts,
  jobs: [[], [{ name: 'one' }], [{ name: 'n\0ul', result: { data: [{ value: 1e21 }] } }]],
  handledByAiAgent: [true, false],
  dialogue: [
    [],
    [{ identifier: numbers[0], content: 'one', start: 0, end: 1.5 }],
    [{ userId: 'US1', content: 'two' }, 'three'],
  ],
  transcript: [...words, { text: 'one', confidence: 0.5, language: 'en' }, { text: null }],
  // Contacts
  firstName: words,
  lastName: words,
  company: words,
  role: words,
  location: words,
  source: words,
  externalId: ids,
  pictureUrl: links,
  phoneNumbers: phones,
  emails: [[], [{ value: 'one@example.com' }], [{ value: ' ' }]],
  customFields: [[], [{ key: 'one', value: 1 }], [{ value: 1, key: 'one' }]],
  fields: [[], {}, { mobile: { type: 'phone-number', value: numbers[2] } }, [{ type: 'email', value: 'x' }]],
  notes: [[], [{ text: 'one' }], ['two']],
  sharedWithIds: [[], ['US1']],
  sharedWith: [[], ['US1', 'US2']],
  // Tasks
  title: words,
  description: words,
  dueDate: [...times, '2026-04-01'],
  updatedDueDate: [...times, '2026-04-02'],
  updatedFields: [
    { title: { isUpdated: true, updatedValue: 'one' }, description: { isUpdated: false } },
    { title: { isUpdated: true, updatedValue: null }, description: { isUpdated: true, updatedValue: 'two' } },
    {},
  ],
  assignedTo: ids,
  actorId: ids,
  activityId: ids,
  phoneNumberGroupId: ids,
}

/** The edits that make sense for an envelope: one list of alternatives for each field it has. */
export function editsFor(envelope: Envelope): Edit[][] {
  const fields = new Set(holdersOf(envelope).flatMap(Object.keys))
  return [...fields].flatMap((field) => {
    const values = alternatives[field]
    return values === undefined ? [] : [[undefined, null, ...values].map((value) => ({ field, value }))]
  })
}

/** The envelope with its fields edited, wherever they are. */
export function edited(envelope: Envelope, edits: readonly Edit[]): Envelope {
  const copy = structuredClone(envelope)
  for (const holder of holdersOf(copy)) {
    for (const { field, value } of edits) {
      if (!(field in holder)) continue
      if (value === undefined) delete holder[field]
      else holder[field] = value
    }
  }
  return copy
}

/** Where payloads keep fields: the envelope itself, the object and what surrounds it. */
function holdersOf(envelope: Envelope): Fields[] {
  const { data } = envelope
  return [envelope, data, data.resource, data.object, data.context].filter(isFields)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
