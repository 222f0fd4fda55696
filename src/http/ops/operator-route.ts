/** What the documentation says of every route here. */
export function operatorRoute(summary: string, description?: string) {
  return {
    summary,
    ...(description !== undefined && { description }),
    tags: ['operators'],
    security: [{ operator: [] }],
  }
}
