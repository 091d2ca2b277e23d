/** Functions for offload to call. */

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
}

export const double = (n: number): number => n * 2

/** Refuses 5. */
export const doubleMost = (n: number): number => {
  if (n === 5) throw new RangeError('5 is refused')
  return n * 2
}

export const doubleLater = async (n: number): Promise<number> => n * 2

/** The earlier the record, the later its result. */
export const doubleSlowly = async (n: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, n % 7 === 0 ? 20 : n % 3))
  return n * 2
}

let refusals = 0
/** Takes 5 at the third attempt. */
export const doubleAtLast = (n: number): number => {
  if (n === 5 && refusals++ < 2) throw new Error('5 is not taken at once')
  return n * 2
}

/** 5 ends the thread. */
export const leave = (n: number): number => (n === 5 ? process.exit(3) : n * 2)

/** Never comes back from 5. */
export const spin = (n: number): number => {
  while (n === 5);
  return n * 2
}

export const never = (_n: number): Promise<number> => new Promise(() => undefined)

/** Of 5 it makes what cannot be sent. */
export const price = (n: number): unknown => ({ n, prices: [n === 5 ? new Money(n) : n] })

export const notAFunction = 7
