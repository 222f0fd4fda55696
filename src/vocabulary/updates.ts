/**
 * The one vocabulary that every generation of the provider's payloads is translated to.
 *
 * - **event**: one stored webhook, whatever its generation.
 * - **update**: what one event says about one object (a message, a call, …). An event may yield several.
 * - **field**: `undefined` means the event does not know; `null` means it knows there is nothing.
 *   A field that is not known never erases one that is.
 */

/** A stored webhook, as the translators read it. */
export interface OpenPhoneEvent {
  /** Our id of the event (`webhook_event.id`). */
  readonly id: string
  /** The provider's event type, `message.received` and so on. */
  readonly type: string
  /** `2026-03-30`, `v1` to `v4`, or null where the envelope names none. */
  readonly apiVersion: string | null
  /** When the thing happened, by the envelope; null where it does not say. */
  readonly occurredAt: Date | null
  /** The whole envelope, parsed. Its `data` is an object; nothing else is certain. */
  readonly payload: { readonly data: Record<string, unknown>; readonly [key: string]: unknown }
}

/** What one event says about one object of the provider. */
export interface ObjectUpdate<Kind extends string = string, Fields = object> {
  /** Whose handler writes it: in this project also the name of its table. */
  readonly kind: Kind
  /** The object's id; for a contact number, the number itself. */
  readonly id: string
  /** The object's own time (`updatedAt`), else the event's; null when neither is known. Later wins. */
  readonly at: Date | null
  readonly fields: Known<Fields>
}

/** Any of the fields, each known or not. */
type Known<Fields> = { readonly [Name in keyof Fields]?: Fields[Name] | undefined }

export type Direction = 'incoming' | 'outgoing'

export interface MediaItem {
  url: string
  type?: string
}

export interface MessageFields {
  direction: Direction
  /** Lower case with underscores: `delivered`, `partially_delivered`, … */
  status: string
  error_code: string
  error_message: string
  from_number: string
  to_numbers: string[]
  body: string
  media: MediaItem[]
  /** The other party's E.164 number: the sender of an incoming message, the first recipient of an outgoing one. */
  contact_phone: string
  /** The provider's ids of matching contacts; `[]` where it looked and found none. */
  contact_ids: string[]
  conversation_id: string
  phone_number_id: string
  user_id: string
  org_id: string
  /** The provider's link to the message in its app. */
  deep_link: string
  /** The object's `createdAt`. */
  created_at: Date
  delivered_at: Date
  failed_at: Date
}

export interface Recording {
  id?: string
  url?: string
  type?: string
  duration_seconds?: number
  started_at?: string
}

export interface DialogueLine {
  user_id?: string
  identifier?: string
  content?: string
  start_seconds?: number
  end_seconds?: number
}

export type ProcessingStatus = 'absent' | 'in-progress' | 'failed' | 'completed'

export interface CallFields {
  direction: Direction
  /**
   * The provider's word for the outcome, hyphenated lower case: `ringing`, `answered`, `missed`, …
   * `in-progress` is ours: the call was answered and is not over.
   */
  status: string
  /** May have a fraction, as all seconds here. */
  duration_seconds: number
  from_number: string
  to_number: string
  /** Numbers of the workspace and of outside parties that took part. */
  workspace_participants: string[]
  external_participants: string[]
  contact_phone: string
  contact_ids: string[]
  conversation_id: string
  phone_number_id: string
  phone_number_type: string
  user_id: string
  org_id: string
  initiated_by: string
  answered_by: string
  deep_link: string
  created_at: Date
  answered_at: Date
  completed_at: Date
  missed_at: Date
  forwarded_from: string
  forwarded_to: string
  menu_selection: string
  menu_selection_name: string
  menu_status_reason: string
  has_voicemail: boolean
  recordings: Recording[]
  summary_status: ProcessingStatus
  summary: string[]
  next_steps: string[]
  handled_by_ai_agent: boolean
  /** Results of AI jobs, as the provider shapes them. */
  summary_jobs: unknown[]
  /** The flat shape's sentiment and priority. */
  summary_sentiment: string
  summary_priority: string
  transcript_status: ProcessingStatus
  /** Plain text: `speaker: content` a line, or the flat shape's text. */
  transcript: string
  transcript_dialogue: DialogueLine[]
  transcript_confidence: number
  transcript_language: string
}

/** Its update's id is the call's where that is known, so that all generations meet in one row. */
export interface VoicemailFields {
  /** The provider's `VM…` id where it gave one. */
  voicemail_id: string
  call_id: string
  direction: Direction
  from_number: string
  to_number: string
  contact_phone: string
  duration_seconds: number
  transcript: string
  transcript_confidence: number
  recording_id: string
  recording_url: string
  recording_type: string
  conversation_id: string
  phone_number_id: string
  user_id: string
  org_id: string
  received_at: Date
}

/** A number seen as the other party of a message or call, with what a payload says of its owner. */
export interface ContactNumberFields {
  provider_contact_id: string
  name: string
}

export interface ContactProfileFields {
  first_name: string
  last_name: string
  company: string
  role: string
  location: string
  source: string
  external_id: string
  picture_url: string
  /** E.164, in the provider's order, without repeats. */
  phone_numbers: string[]
  emails: string[]
  /** The numbers, addresses and custom fields with their names and types, as given. */
  custom_fields: unknown[]
  notes: unknown[]
  shared_with: string[]
  user_id: string
  org_id: string
  created_at: Date
  updated_at: Date
  /** null: the contact is there; a time: it was deleted. */
  deleted_at: Date | null
}

export interface TaskFields {
  title: string
  description: string
  due_date: string | null
  /** `open` or `completed`. */
  status: string
  is_overdue: boolean
  assigned_to: string | null
  is_linked: boolean
  actor_id: string
  org_id: string
  phone_number_id: string
  conversation_id: string
  activity_id: string
  phone_number_group_id: string
  created_at: Date
  completed_at: Date | null
  deleted_at: Date | null
}

export type MessageUpdate = ObjectUpdate<'message', MessageFields>
export type CallUpdate = ObjectUpdate<'call', CallFields>
export type VoicemailUpdate = ObjectUpdate<'voicemail', VoicemailFields>
export type ContactNumberUpdate = ObjectUpdate<'contact_number', ContactNumberFields>
export type ContactProfileUpdate = ObjectUpdate<'contact_profile', ContactProfileFields>
export type TaskUpdate = ObjectUpdate<'task', TaskFields>

export type Update =
  | MessageUpdate
  | CallUpdate
  | VoicemailUpdate
  | ContactNumberUpdate
  | ContactProfileUpdate
  | TaskUpdate

/**
 * Turns one event into the updates it stands for. Pure.
 * @throws PermanentError naming the field when the payload lacks what is needed to file the object.
 */
export type Translate<Told extends ObjectUpdate = Update> = (event: OpenPhoneEvent) => Told[]
