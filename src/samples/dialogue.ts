import type { Fields, SampleContext } from './sample.ts'

export interface SpokenLine {
  readonly speaker: 'business' | 'customer'
  readonly content: string
  /** Seconds from the start of the call, in tenths. */
  readonly start: number
  readonly end: number
}

// People speak about two and a half words a second and leave a breath between turns.
const wordsPerSecond = 2.5
const pauseSeconds = 0.6

/** What is said in the context's consultation, with the moments at which it is said. */
export function spokenLines({ business }: SampleContext): SpokenLine[] {
  let clock = 0.4
  return business.consultation.lines.map(({ speaker, text }) => {
    const start = clock
    const end = start + text.split(' ').length / wordsPerSecond
    clock = end + pauseSeconds
    return { speaker, content: text, start: tenths(start), end: tenths(end) }
  })
}

/** How long the context's consultation lasts, in whole seconds. */
export function consultationSeconds(context: SampleContext): number {
  return Math.ceil((spokenLines(context).at(-1)?.end ?? 0) + 1)
}

/** The dialogue as the provider lists it: our side by user, the other by number. */
export function dialogueOf(context: SampleContext): Fields[] {
  const { business, customer } = context
  return spokenLines(context).map(({ speaker, content, start, end }) => ({
    userId: speaker === 'business' ? business.userId : null,
    identifier: speaker === 'customer' ? customer.phoneNumber : null,
    content,
    start,
    end,
  }))
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10) / 10
}
