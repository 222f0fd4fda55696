/** A business that uses the phone system: one number of its workspace, and how its customers talk. */
export interface Business {
  readonly name: string
  /** The workspace's number, E.164, and the provider's ids around it. */
  readonly phoneNumber: string
  readonly phoneNumberId: string
  readonly orgId: string
  readonly userId: string
  /** A colleague with a number of their own, for forwarding, sharing and assigning. */
  readonly colleagueUserId: string
  readonly colleaguePhoneNumber: string
  readonly website: string
  /** What customers text in. */
  readonly inquiries: readonly [string, ...string[]]
  /** What the business texts out. */
  readonly replies: readonly [string, ...string[]]
  /** What customers say after the tone. */
  readonly voicemails: readonly [string, ...string[]]
  /** The choices of the phone menu. */
  readonly menu: readonly [MenuChoice, ...MenuChoice[]]
  readonly consultation: Consultation
  readonly task: { readonly title: string; readonly description: string }
}

export interface MenuChoice {
  readonly digit: string
  readonly name: string
}

/** A call worth a recording, a transcript and a summary. */
export interface Consultation {
  readonly lines: readonly DialogueText[]
  readonly summary: readonly string[]
  readonly nextSteps: readonly string[]
}

export interface DialogueText {
  readonly speaker: 'business' | 'customer'
  readonly text: string
}
