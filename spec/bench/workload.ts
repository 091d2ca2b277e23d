/** What is measured: generated records, the same for every engine, and the totals that each must reach. */
import { readFileSync } from 'node:fs'

export interface BenchRecord {
  readonly key: number
  readonly value: number
  /** Epoch milliseconds. */
  readonly time: number
}

export interface Totals {
  /** Records that reached the sink. */
  readonly outputs: number
  readonly sumCount: number
  readonly sumValue: number
}

export interface Workload {
  readonly name: 'W1' | 'W2'
  readonly about: string
  readonly records: number
  readonly keys: number
  /** Milliseconds; 1: in order. */
  readonly disorder: number
}

export const WINDOW_MS = 10_000

export const workloads: readonly Workload[] = [
  { name: 'W1', about: 'map, filter, keyBy, tumbling windows of 10 s: count and sum', records: 10_000_000, keys: 1_000, disorder: 500 },
  { name: 'W2', about: 'keyBy, running count and sum: an update for each record', records: 5_000_000, keys: 1_000_000, disorder: 1 },
]

const EPOCH = 1_700_000_000_000

/** Murmur3's finaliser. */
const mix = (h: number): number => {
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

export const recordAt = (index: number, keys: number, disorder: number): BenchRecord => {
  const h = mix(index)
  return { key: h % keys, value: (h >>> 10) % 1_000, time: EPOCH + index - (mix(index ^ 0x9e3779b9) % disorder) }
}

export const change = ({ key, value, time }: BenchRecord): BenchRecord => ({ key, value: value * 2 + 1, time })
export const isKept = ({ value }: BenchRecord): boolean => value % 10 !== 1

/** A run that does not reach these is no result. */
export const golden: Readonly<Record<Workload['name'], Totals>> = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8'))
