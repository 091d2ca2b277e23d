/** What the topology `offloaded` has called on threads of its own. */

export interface Row {
  readonly id: number
  readonly key: number
  readonly at: number
}

export interface Scored extends Row {
  readonly score: number
  readonly seen: Date
}

export const score = (row: Row): Scored => {
  if (row.id % 400 === 77) throw new Error(`${row.id} is refused`)
  let score = row.id
  for (let round = 0; round < (row.id % 7) * 300; round++) score = (score * 31 + 7) % 1_000_003
  return { ...row, score, seen: new Date(row.at) }
}
