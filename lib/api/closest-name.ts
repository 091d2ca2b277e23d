/** The name that somebody probably meant. */

const DISTANCE_MAX = 3
/** What two names must have in common, as a part of the longer one. */
const LIKENESS_MIN = 0.4

/**
 * The known name nearest to one that is misspelt; undefined where none is near.
 * @example closestName('outptu', ['output', 'input']) // 'output'
 */
export const closestName = (given: string, known: Iterable<string>): string | undefined => {
  let closest: string | undefined
  let least = DISTANCE_MAX + 1
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase())
    const length = Math.max(given.length, name.length)
    if (distance >= least || (length - distance) / length <= LIKENESS_MIN) continue
    closest = name
    least = distance
  }
  return closest
}

/** `; did you mean 'output'?`, or nothing where no known name is near. */
export const didYouMean = (given: string, known: Iterable<string>): string => {
  const name = closestName(given, known)
  return name === undefined || name === given ? '' : `; did you mean '${name}'?`
}

/** Insertions, deletions, substitutions and swaps of neighbours that lead from one text to the other (optimal string alignment). */
const editDistance = (from: string, to: string): number => {
  if (Math.abs(from.length - to.length) > DISTANCE_MAX) return DISTANCE_MAX + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (isSame ? 0 : 1))
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) cost = Math.min(cost, beforeLast[column - 2]! + 1)
      current.push(cost)
    }
    ;[beforeLast, last] = [last, current]
  }
  return last[to.length]!
}
