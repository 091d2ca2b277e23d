/** A clock that all threads and processes of the machine share. */

const behind = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** Monotonic milliseconds, with fractions, since a moment that is the same for all. */
export const sharedNow = (): number => performance.now() + behind
