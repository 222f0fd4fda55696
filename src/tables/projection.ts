/** A projection's row: the object's id, each field or null where it is not known, and the merge stamps. */
export type ProjectionTable<Fields> = {
  id: string
  stamps: Record<string, string>
} & { [Name in keyof Fields]: Fields[Name] | null }
