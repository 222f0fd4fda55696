import { timeIn } from '../context.ts'
import { spokenLines } from '../dialogue.ts'
import type { Envelope, Fields, Sample, SampleContext } from '../sample.ts'
import { flatContact, isoTimestamp } from './parts.ts'

export function flatVoicemailReceived(context: SampleContext, fields: Fields = {}): Envelope {
  const { business, customer, objects } = context
  const url = `https://recordings.example.com/${objects.voicemailId}.mp3`
  return {
    type: 'voicemail.received',
    data: {
      voicemailId: objects.voicemailId,
      from: customer.phoneNumber,
      to: business.phoneNumber,
      duration: 24,
      receivedAt: timeIn(context),
      transcript: { text: context.pick(business.voicemails, 'voicemail'), confidence: 0.94 },
      recording: { id: objects.recordingId, url, duration: 24 },
      contact: flatContact(context),
      ...fields,
    },
    timestamp: isoTimestamp(context),
  }
}

// Transcripts and summaries come without a timestamp: relays pass them on as they get them.

export function flatTranscriptReady(context: SampleContext): Envelope {
  return {
    type: 'transcript.ready',
    data: {
      callId: context.objects.callId,
      transcriptId: context.freshId('AC'),
      transcript: {
        text: spokenLines(context)
          .map(({ content }) => content)
          .join('\n'),
        confidence: 0.91,
        language: 'en-US',
      },
      processedAt: timeIn(context),
    },
  }
}

export function flatSummaryReady(context: SampleContext): Envelope {
  const { summary, nextSteps } = context.business.consultation
  return {
    type: 'summary.ready',
    data: {
      callId: context.objects.callId,
      summaryId: context.freshId('AC'),
      summary: {
        text: summary.join(' '),
        keyPoints: [...summary, ...nextSteps],
        sentiment: 'positive',
        priority: 'medium',
      },
      processedAt: timeIn(context),
    },
  }
}

const shape = 'flat'
const version = 'flat'

export const flatCallRecords: readonly Sample[] = [
  { type: 'voicemail.received', shape, version, build: flatVoicemailReceived },
  { type: 'transcript.ready', shape, version, build: flatTranscriptReady },
  { type: 'summary.ready', shape, version, build: flatSummaryReady },
]
