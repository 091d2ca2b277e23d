/** What a killed job's file is compared with: at parallelism 1 the bytes of the whole, otherwise its lines in any order (semantics.md §3). */

export interface Comparison {
  /** Whether a file may be what was committed so far. */
  isPart(file: Buffer): boolean
  isWhole(file: Buffer): boolean
}

export const comparisonWith = (whole: Buffer, parallelism: number): Comparison => (parallelism === 1 ? byBytes(whole) : byLines(whole))

const byBytes = (whole: Buffer): Comparison => ({
  isPart: (file) => whole.subarray(0, file.length).equals(file),
  isWhole: (file) => whole.equals(file),
})

const byLines = (whole: Buffer): Comparison => {
  const all = countedLines(whole)
  const isPart = (file: Buffer): boolean => {
    // The last line has an end as well: no record is there by half.
    if (file.length > 0 && file.at(-1) !== NEWLINE) return false
    for (const [line, count] of countedLines(file)) if (count > (all.get(line) ?? 0)) return false
    return true
  }
  return { isPart, isWhole: (file) => file.length === whole.length && isPart(file) }
}

const NEWLINE = 0x0a

const countedLines = (file: Buffer): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const line of file.toString().split('\n')) if (line !== '') counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}
