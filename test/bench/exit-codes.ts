/** How a benchmark ended. 130: as a shell says of a command ended by Ctrl-C. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const
