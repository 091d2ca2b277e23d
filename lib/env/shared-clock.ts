/** A clock that all threads of this process share. */

/** Nanoseconds since some fixed moment; never goes back. */
export const sharedNanoseconds = (): bigint => process.hrtime.bigint()
