import { timeIn } from '../context.ts'
import { consultationSeconds, dialogueOf } from '../dialogue.ts'
import { contactIds, legacyEnvelope } from '../envelopes.ts'
import type { Fields, Sample, SampleContext } from '../sample.ts'

function summary(context: SampleContext): Fields {
  const { business, objects } = context
  return {
    object: 'callSummary',
    callId: objects.callId,
    status: 'completed',
    summary: business.consultation.summary,
    nextSteps: business.consultation.nextSteps,
    contactIds: contactIds(context),
  }
}

function transcript(context: SampleContext): Fields {
  const duration = consultationSeconds(context)
  return {
    object: 'callTranscript',
    callId: context.objects.callId,
    createdAt: timeIn(context, -duration - 40),
    dialogue: dialogueOf(context),
    duration,
    status: 'completed',
    contactIds: contactIds(context),
  }
}

function sample(type: string, version: string, describe: (context: SampleContext) => Fields): Sample {
  return {
    type,
    shape: 'legacy',
    version,
    build: (context) => legacyEnvelope(context, type, version, describe(context)),
  }
}

/** The same events under the name of the subscription and under the name of the object: both are sent. */
export const legacyCallRecords: readonly Sample[] = [
  sample('call.summary.completed', 'v3', summary),
  sample('call.summary.completed', 'v4', summary),
  sample('callSummary', 'v4', summary),
  sample('call.transcript.completed', 'v3', transcript),
  sample('call.transcript.completed', 'v4', transcript),
  sample('callTranscript', 'v4', transcript),
]
