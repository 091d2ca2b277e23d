/** Which jobs there are to soak. */

export const jobNames = ['windows', 'running', 'sessions'] as const
export type JobName = (typeof jobNames)[number]
