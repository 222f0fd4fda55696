import type { ContactNumberUpdate, Direction } from '../vocabulary/updates.ts'
import { filled, identifier, label, record } from './fields.ts'
import { isE164, phoneNumber, phoneNumbers } from './phone-number.ts'
import type { Subject } from './shape.ts'
import { contactIdsOf, contactNumbersOf, contactPhoneOf, directionOf, placeOf } from './surroundings.ts'

/** Who took part in a call, as far as a payload tells. */
export interface CallParties {
  readonly direction: Direction | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  /** Numbers of the workspace; undefined where they could not be resolved. */
  readonly workspace: string[] | undefined
  /** Numbers outside the workspace; undefined where they could not be resolved. */
  readonly external: string[] | undefined
  /** The other party's number where it is E.164. */
  readonly contactPhone: string | undefined
}

/** @param assumed the direction where the payload names none. */
export function callPartiesOf(subject: Subject, assumed?: Direction): CallParties {
  const { shape, resource } = subject
  const direction = directionOf(subject) ?? assumed
  const givenFrom = phoneNumber(resource.from) ?? phoneNumber(resource.fromPhoneNumber)
  const givenTo = phoneNumbers(resource.to)?.[0]

  const { workspace, external } =
    shape === 'current'
      ? resolvedParticipants(subject)
      : { workspace: undefined, external: outsiders(subject, direction, givenFrom, givenTo) }
  const from = givenFrom ?? byDirection(direction, external, workspace)
  const to = givenTo ?? byDirection(direction, workspace, external)
  const other = byDirection(direction, [from], [to]) ?? external?.[0] ?? contactPhoneOf(subject)
  return { direction, from, to, workspace, external, contactPhone: isE164(other) ? other : undefined }
}

/** The call's columns that tell who took part and where. */
export function callSurroundings(subject: Subject, parties: CallParties) {
  return {
    direction: parties.direction,
    from_number: parties.from,
    to_number: parties.to,
    workspace_participants: parties.workspace,
    external_participants: parties.external,
    contact_phone: parties.contactPhone,
    contact_ids: contactIdsOf(subject),
    ...placeOf(subject),
    phone_number_type: identifier(subject.context.phoneNumberType),
    deep_link: label(subject.deepLink),
  }
}

/** The other party's number, with the contact that the payload names where it can mean no other. */
export function callerNumbers(
  subject: Subject,
  parties: CallParties,
  at: Date | null,
): ContactNumberUpdate[] {
  const isOnlyParty = (parties.external?.length ?? 1) === 1
  return contactNumbersOf(subject, [parties.contactPhone], isOnlyParty, at)
}

function byDirection(
  direction: Direction | undefined,
  whenIncoming: readonly (string | undefined)[] | undefined,
  whenOutgoing: readonly (string | undefined)[] | undefined,
): string | undefined {
  if (direction === undefined) return undefined
  return direction === 'incoming' ? whenIncoming?.[0] : whenOutgoing?.[0]
}

/** Empty lists mean that nobody took part only where the participants were resolved. */
function resolvedParticipants({ context }: Subject) {
  const participants = record(context.participants)
  if (participants === undefined || participants.resolution === 'unavailable') return {}
  const isResolved = participants.resolution === 'available'
  const workspace = phoneNumbers(participants.workspace)
  const external = phoneNumbers(participants.external)
  return {
    workspace: isResolved ? workspace : filled(workspace),
    external: isResolved ? external : filled(external),
  }
}

/**
 * The older shapes list participants of both sides together, or only those outside. The workspace's own
 * number is told apart by the direction; without it only a single participant is surely the other party.
 */
function outsiders(
  { resource }: Subject,
  direction: Direction | undefined,
  from: string | undefined,
  to: string | undefined,
): string[] | undefined {
  const all = filled(phoneNumbers(resource.participants))
  const own = byDirection(direction, [to], [from])
  if (own !== undefined) return filled(all?.filter((number) => number !== own))
  return all?.length === 1 ? all : undefined
}
