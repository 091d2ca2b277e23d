/** What the micro benchmark of `offload` has called: nothing, and some 50 µs of work. */

export const same = (n: number): number => n

export const work = (n: number): number => {
  let sum = n
  for (let round = 0; round < 25_000; round++) sum += Math.sqrt(round + n)
  return sum
}
