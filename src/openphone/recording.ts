import type { Recording } from '../vocabulary/updates.ts'
import { date, filled, identifier, knownOnly, label, list, record, seconds } from './fields.ts'

/**
 * A call's recordings: `recordings[]` (current), `media[]` (legacy) or one `recording` (flat). A list that
 * is empty says nothing, as recordings come after the call.
 */
export function recordingsOf(resource: Record<string, unknown>): Recording[] | undefined {
  return (
    filled(list(resource.recordings)?.flatMap(recordingOf)) ??
    filled(list(resource.media)?.flatMap(recordingOf)) ??
    filled(recordingOf(resource.recording))
  )
}

function recordingOf(value: unknown): Recording[] {
  const given = record(value)
  const id = identifier(given?.id)
  const url = label(given === undefined ? value : given.url)
  if (id === undefined && url === undefined) return []
  const recording = knownOnly<Recording>({
    id,
    url,
    type: label(given?.type),
    duration_seconds: seconds(given?.duration),
    started_at: date(given?.startTime)?.toISOString(),
  })
  return [recording]
}
