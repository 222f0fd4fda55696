/**
 * Data of valid envelopes that no event type can be filed by, whatever its family: no id, or ids of wrong
 * types. `path` is what the error names, down to the field.
 */
export const uselessData: Readonly<Record<string, { readonly data: object; readonly path: string }>> = {
  'nothing at all': { data: {}, path: 'data' },
  'an empty resource': { data: { resource: {} }, path: 'data.resource' },
  'blank ids': { data: { resource: withIds(' ') }, path: 'data.resource' },
  'ids that are lists': { data: { object: withIds(['not', 'an', 'id']) }, path: 'data.object' },
  'ids that are objects': { data: withIds({}), path: 'data' },
}

/** Every field that holds an id in some family or shape, holding something. */
function withIds(value: unknown): Record<string, unknown> {
  const fields = ['id', 'messageId', 'callId', 'voicemailId', 'contactId', 'taskId']
  return Object.fromEntries(fields.map((field) => [field, value]))
}
