import type { Business } from './business.ts'
import { clinic } from './clinic.ts'
import { plumber } from './plumber.ts'
import { studio } from './studio.ts'

export const businesses: readonly [Business, ...Business[]] = [plumber, clinic, studio]
