import fc from 'fast-check'
import t from 'tap'
import { PermanentError } from '../../src/errors.ts'
import { IDENTIFIER_MAX_LENGTH } from '../../src/openphone/fields.ts'
import { translators } from '../../src/openphone/index.ts'
import { isE164 } from '../../src/openphone/phone-number.ts'
import type { OpenPhoneEvent, Update } from '../../src/vocabulary/updates.ts'
import { CUSTOMER, event, OCCURRED_AT } from './build.ts'

/** Every field that some translator reads, so that nonsense lands where it is looked at. */
const NAMES = `
  id messageId callId voicemailId contactId taskId object resource context links quo deepLink
  direction status from to text body media url type size error code message errorCode errorMessage
  createdAt updatedAt deliveredAt failedAt receivedAt completedAt missedAt processedAt startedAt answeredAt
  orgId userId phoneNumberId conversationId conversation contacts ids lookupStatus contactIds contact name phoneNumber
  senderIdentifier recipientIdentifiers participants workspace external resolution phoneNumberType
  duration recordings recording startTime voicemail transcript confidence language recordingUrl hasVoicemail
  answeredBy answeredByUserId initiatedBy forwardedFrom forwardedTo phoneMenuSelection phoneMenuSelectionName statusReason
  summary nextSteps keyPoints sentiment priority jobs processingStatus handledByAiAgent fromPhoneNumber
  dialogue identifier content start end
  firstName lastName company role location source externalId pictureUrl emails phoneNumbers customFields fields value
  notes sharedWith sharedWithIds
  title description dueDate updatedDueDate updatedFields isUpdated updatedValue assignedTo actorId activityId
  __proto__ constructor toString length
`
  .trim()
  .split(/\s+/)

const nastyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', ' ', '\0', '\ud800', `+1415555\0${'0100'}`, 'x'.repeat(600), '2026-04-13T12:00:00Z'),
  fc.constantFrom(CUSTOMER, 'anonymous', 'incoming', 'outbound', 'matched', 'none', 'available', 'completed'),
)
const leaf = fc.oneof(nastyText, fc.double(), fc.integer(), fc.boolean(), fc.constant(null))

/** Any JSON whose fields have names that mean something. */
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('object'), fc.array(tie('value'), { maxLength: 4 })),
  object: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 25 }),
}))

/** Objects that have their ids, so that translation goes on to the rest. */
const filed = fc.record({ rest: json.object, id: fc.oneof(nastyText, fc.integer()) }).map(({ rest, id }) => ({
  ...Object(rest),
  id,
  messageId: id,
  callId: id,
  voicemailId: id,
  contactId: id,
  taskId: id,
}))

const data = fc.oneof(
  fc.record({ resource: filed, context: json.value, links: json.value }),
  fc.record({ object: filed, deepLink: json.value }),
  filed,
  json.object,
  fc.jsonValue(),
)

t.test('nothing in a payload makes any translator throw anything but PermanentError', async (t) => {
  let translated = 0
  fc.assert(
    fc.property(data, fc.constantFrom(null, OCCURRED_AT), (given, occurredAt) => {
      for (const [type, translator] of translators) {
        // As the worker has it: parsed from JSON.
        const parsed: OpenPhoneEvent['payload']['data'] = JSON.parse(JSON.stringify(given))
        try {
          const updates = translator(event(type, parsed, { occurredAt }))
          translated += 1
          updates.forEach(assertFit)
        } catch (error) {
          if (!(error instanceof PermanentError)) throw error
        }
      }
    }),
    { numRuns: 300 },
  )
  t.ok(translated > 1000, 'enough of the payloads could be filed')
})

/** What the tables rely on: ids that can be indexed, E.164 where it is promised, nothing Postgres refuses. */
function assertFit(update: Update): void {
  const written = JSON.stringify(update)
  if (/\\u0000|\\ud[89a-f]/i.test(written)) throw new Error(`Postgres cannot hold ${written}`)
  if (update.id.length === 0 || update.id.length > IDENTIFIER_MAX_LENGTH) throw new Error(`id ${update.id}`)
  if (update.kind === 'contact_number' && !isE164(update.id)) throw new Error(`no number: ${update.id}`)
  if ('contact_phone' in update.fields && update.fields.contact_phone !== undefined) {
    if (!isE164(update.fields.contact_phone)) throw new Error(`no number: ${update.fields.contact_phone}`)
  }
}
