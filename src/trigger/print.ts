import type { SignedRequest } from './request.ts'
import type { Outcome } from './send.ts'
import type { Summary } from './tally.ts'

// The longest type and the longest answer line up.
const typeWidth = 25

/** One delivery in one line. */
export function outcomeLine({ type, shape, httpStatus, answer, eventId, milliseconds }: Outcome): string {
  const columns = [
    type.padEnd(typeWidth),
    shape.padEnd(7),
    String(httpStatus ?? '-').padEnd(3),
    answer.padEnd(9),
    (eventId ?? '-').padEnd(36),
    `${milliseconds.toFixed(1)} ms`,
  ]
  return columns.join('  ')
}

export function progressLine(sent: number, total: number, seconds: number): string {
  const rate = seconds > 0 ? Math.round(sent / seconds) : 0
  return `${number(sent)} of ${number(total)} sent, ${number(rate)}/s`
}

export function summaryLines(summary: Summary): string {
  const { sent, accepted, refused, failed, seconds, perSecond, p50Milliseconds, p99Milliseconds } = summary
  const answers = Object.entries(summary.answers).map(([answer, count]) => `${number(count)} × ${answer}`)
  return [
    `${number(sent)} sent: ${number(accepted)} accepted, ${number(refused)} refused, ${number(failed)} failed (${answers.join(', ')})`,
    `${seconds.toFixed(1)} s, ${number(Math.round(perSecond))}/s, p50 ${p50Milliseconds.toFixed(1)} ms, p99 ${p99Milliseconds.toFixed(1)} ms`,
  ].join('\n')
}

/** The request as it would go over the wire. */
export function requestText({ method, url, headers, body }: SignedRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return `${method} ${url}\n${lines.join('\n')}\n\n${body.toString()}\n`
}

export function requestJson({ method, url, headers, body }: SignedRequest): string {
  return JSON.stringify({ method, url, headers, body: body.toString() })
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
