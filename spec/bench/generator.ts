/** The records of the workloads: computed from their numbers in 32-bit arithmetic, the same for every engine. */

export interface BenchRecord {
  readonly key: number
  readonly value: number
  /** Epoch milliseconds. */
  readonly time: number
}

export interface HeavyRecord extends BenchRecord {
  readonly h: number
}

export const EPOCH = 1_700_000_000_000
const GOLDEN_RATIO = 0x9e3779b9

/** Murmur3's finaliser. */
export const mix = (h: number): number => {
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** `disorder`: 1 is in order, else a record lies less than that many milliseconds before the latest. */
export const timeAt = (index: number, disorder: number): number => EPOCH + index - (mix(index ^ GOLDEN_RATIO) % disorder)

export const recordAt = (index: number, keys: number, disorder: number): BenchRecord => {
  const h = mix(index)
  return { key: h % keys, value: (h >>> 10) % 1_000, time: timeAt(index, disorder) }
}

export const heavyRecordAt = (index: number, keys: number, disorder: number): HeavyRecord => {
  const h = mix(index)
  return { key: h % keys, value: (h >>> 10) % 1_000, time: timeAt(index, disorder), h }
}

/** About a microsecond of work. */
const burn = (h: number): number => {
  for (let round = 0; round < 300; round++) h = mix((h + 1) >>> 0)
  return h & 1
}

export const change = ({ key, value, time }: BenchRecord): BenchRecord => ({ key, value: value * 2 + 1, time })
export const heavyChange = ({ key, value, time, h }: HeavyRecord): BenchRecord => ({ key, value: value * 2 + 1 + burn(h), time })
export const isKept = ({ value }: BenchRecord): boolean => value % 10 !== 1
