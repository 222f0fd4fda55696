import { timeIn } from '../context.ts'
import { consultationSeconds } from '../dialogue.ts'
import { contactIds, legacyEnvelope } from '../envelopes.ts'
import type { Fields, Sample, SampleContext } from '../sample.ts'

// v1 to v3 give both ends of a call and its recordings; v4 gives the outside numbers only, with a duration.
// v1 left out what it could; v3 added the contacts.
const versions: Record<string, (context: SampleContext, call: LegacyCall) => Fields> = {
  v1: (context, call) => ({
    ...ends(context),
    status: call.status,
    createdAt: call.createdAt,
    answeredAt: call.answeredAt,
    completedAt: call.completedAt,
  }),
  v2: (context, call) => withRecordings(context, call),
  v3: (context, call) => ({
    ...withRecordings(context, call),
    contactIds: contactIds(context),
  }),
  v4: (context, call) => ({
    id: context.objects.callId,
    object: 'call',
    answeredAt: call.answeredAt,
    answeredBy: call.answeredAt === null ? null : context.business.userId,
    initiatedBy: null,
    direction: 'incoming',
    status: call.status,
    completedAt: call.completedAt,
    createdAt: call.createdAt,
    duration: call.duration,
    forwardedFrom: null,
    forwardedTo: null,
    phoneNumberId: context.business.phoneNumberId,
    participants: [context.customer.phoneNumber],
    updatedAt: timeIn(context),
    userId: context.business.userId,
    contactIds: contactIds(context),
    // v4 calls show recordings only in the event that is about them.
    ...(call.media.length > 0 && { media: call.media }),
  }),
}

interface LegacyCall {
  status: string
  createdAt: string
  answeredAt: string | null
  completedAt: string | null
  duration: number
  media: Fields[]
  voicemail: Fields | null
}

function ringing(context: SampleContext): LegacyCall {
  return {
    status: 'ringing',
    createdAt: timeIn(context),
    answeredAt: null,
    completedAt: null,
    duration: 0,
    media: [],
    voicemail: null,
  }
}

function completed(context: SampleContext): LegacyCall {
  const duration = consultationSeconds(context)
  return {
    status: 'completed',
    createdAt: timeIn(context, -duration - 9),
    answeredAt: timeIn(context, -duration),
    completedAt: timeIn(context),
    duration,
    media: [],
    voicemail: null,
  }
}

/** A missed call with a voicemail also arrives as `call.completed`: never answered, `voicemail` set. */
function missedWithVoicemail(context: SampleContext): LegacyCall {
  const url = `https://recordings.example.com/${context.objects.voicemailId}.mp3`
  return {
    status: 'completed',
    createdAt: timeIn(context, -55),
    answeredAt: null,
    completedAt: timeIn(context),
    duration: 0,
    media: [],
    voicemail: { url, type: 'audio/mpeg', duration: 24 },
  }
}

function recorded(context: SampleContext): LegacyCall {
  const call = completed(context)
  const url = `https://recordings.example.com/${context.objects.recordingId}.mp3`
  return { ...call, media: [{ url, type: 'audio/mpeg', duration: call.duration }] }
}

function ends({ business, customer, objects }: SampleContext): Fields {
  return {
    id: objects.callId,
    object: 'call',
    from: customer.phoneNumber,
    to: business.phoneNumber,
    direction: 'incoming',
  }
}

function withRecordings(context: SampleContext, call: LegacyCall): Fields {
  const { business, objects } = context
  return {
    ...ends(context),
    media: call.media,
    voicemail: call.voicemail,
    status: call.status,
    createdAt: call.createdAt,
    answeredAt: call.answeredAt,
    completedAt: call.completedAt,
    userId: business.userId,
    phoneNumberId: business.phoneNumberId,
    conversationId: objects.conversationId,
  }
}

function sample(type: string, version: string, describe: (context: SampleContext) => LegacyCall): Sample {
  const write = versions[version]
  if (!write) throw new RangeError(`no legacy call of version ${version}`)
  return {
    type,
    shape: 'legacy',
    version,
    build: (context) => legacyEnvelope(context, type, version, write(context, describe(context))),
  }
}

export const legacyCalls: readonly Sample[] = [
  ...['v1', 'v2', 'v3', 'v4'].map((version) => sample('call.ringing', version, ringing)),
  sample('call.completed', 'v1', completed),
  sample('call.completed', 'v2', missedWithVoicemail),
  sample('call.completed', 'v3', completed),
  sample('call.completed', 'v4', completed),
  ...['v2', 'v3', 'v4'].map((version) => sample('call.recording.completed', version, recorded)),
]
