/** What the load process is to do, as the benchmark tells it. */
export interface LoadPlan {
  /** Of the webhook route. */
  readonly url: string
  /** `whsec_…` */
  readonly secret: string
  /** Kept alive; one request at a time on each. */
  readonly connections: number
  /** Sent without being measured, before the rest. */
  readonly warmupSeconds: number
  readonly seconds: number
  /**
   * Requests per second, sent when they are due whatever the server does. Absent: each connection sends its next
   * request as soon as the answer has come.
   */
  readonly perSecond?: number
  /** Requests signed beforehand; the load ends early when they are used up. */
  readonly requests: number
  /** Different objects that the bodies are about. */
  readonly bodies: number
  /** What the bodies are: messages of about 700 bytes, or transcripts of 64 KB. */
  readonly kind: 'message' | 'transcript'
  /** Where the messages of the bodies are counted from: another load has other messages. */
  readonly firstBody?: number
  /** Whether every other request repeats an earlier one: the same webhook-id and body. */
  readonly repeats?: boolean
}

/** What the load process saw. */
export interface LoadResult {
  /** How often each status was answered, warm-up included. */
  readonly statuses: Readonly<Record<string, number>>
  /** Answers in the measured time. */
  readonly answered: number
  readonly perSecond: number
  /** From sending, or from when a request was due, until its whole answer was there; in the measured time. */
  readonly p50Milliseconds: number
  readonly p99Milliseconds: number
  /** The share of one core that the load process took in the measured time. */
  readonly cpuShare: number
  /** Whether the requests were used up before the time was over. */
  readonly usedUp: boolean
}

export type ToLoad = { readonly plan: LoadPlan } | { readonly go: true }
export type FromLoad =
  | { readonly ready: true }
  /** The warm-up is over. */
  | { readonly measuring: true }
  | { readonly result: LoadResult }
