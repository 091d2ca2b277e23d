/**
 * Calls a function in a way that V8 never makes part of the caller: its call site has seen too many functions. A function that loops can
 * become half as fast when it is made part of a compiled chain, whose catch keeps V8 from unrolling the loop's first round and with it
 * from seeing that its numbers are integers.
 */
export const farCall = (fn: (value: unknown) => unknown, value: unknown): unknown => fn(value)

let isWarm = false

/** To be done once before it is used. */
export const warmFarCall = (): void => {
  if (isWarm) return
  isWarm = true
  const others: readonly ((value: unknown) => unknown)[] = [(value) => value, (value) => [value], () => 0, () => undefined, (value) => !value]
  for (let round = 0; round < 200; round++) for (const other of others) farCall(other, round)
}
