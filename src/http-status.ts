import type { ProblemCategory } from './domain/problem.js'

/** The one table of what each category of trouble is in HTTP, for our own API and protocols that say no more of it. */
export const statusOf = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  method: 405,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  unsupported: 415,
  busy: 429,
  full: 507,
  unavailable: 503,
  internal: 500
} as const satisfies Record<ProblemCategory, number>
