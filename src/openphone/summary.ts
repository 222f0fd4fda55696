import type { CallUpdate, Translate } from '../vocabulary/updates.ts'
import { callerNumbers, callPartiesOf, callSurroundings } from './call-parties.ts'
import { clean } from './clean.ts'
import { boolean, filled, identifier, label, list, record, textList } from './fields.ts'
import { idReader } from './identity.ts'
import { subjectOf } from './shape.ts'
import { partOf, processingStatus } from './status.ts'
import { timeOf } from './surroundings.ts'

const callId = idReader({ current: 'callId', legacy: 'callId', flat: 'callId' })

/**
 * `call.summary.completed`, its legacy name `callSummary` and the flat `summary.ready`: what the summary
 * says of its call. The flat shape's text and then its key points are the summary; next steps it has none.
 */
export const translateSummary: Translate = (event) => {
  const subject = subjectOf(event)
  const { resource } = subject
  const id = callId(subject)
  const at = timeOf(subject, event)
  const parties = callPartiesOf(subject)

  const told = record(resource.summary)
  const summary = told === undefined ? textList(resource.summary) : flatSummary(told)
  const stated = processingStatus(resource.processingStatus) ?? processingStatus(resource.status)
  const jobs = list(resource.jobs)

  const call: CallUpdate = {
    kind: 'call',
    id,
    at,
    fields: {
      ...callSurroundings(subject, parties),
      answered_by: identifier(resource.answeredByUserId),
      summary_status: stated ?? (filled(summary) && 'completed'),
      summary: partOf(stated, summary),
      next_steps: partOf(stated, textList(resource.nextSteps)),
      handled_by_ai_agent: boolean(resource.handledByAiAgent),
      summary_jobs: partOf(stated, jobs && clean(jobs)),
      summary_sentiment: label(told?.sentiment),
      summary_priority: label(told?.priority),
    },
  }
  return [call, ...callerNumbers(subject, parties, at)]
}

function flatSummary(told: Record<string, unknown>): string[] | undefined {
  const text = textList(told.text)
  const keyPoints = textList(told.keyPoints)
  return text === undefined && keyPoints === undefined ? undefined : [...(text ?? []), ...(keyPoints ?? [])]
}
