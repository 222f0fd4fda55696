/**
 * OpenPhone repeats a delivery for nearly 28 hours, and the event's row is what shows it up as a duplicate:
 * a younger one is never removed.
 */
export const MINIMUM_AGE_SECONDS = 28 * 3_600
