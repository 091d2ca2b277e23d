/** Twenty stages infer; a twenty-first is an error and never `unknown`. */
import { from, map, source } from '../../lib/index.ts'
import type { DataStream } from '../../lib/index.ts'
import { records, yes } from './connectors.ts'
import type { Equal } from './connectors.ts'

const input = from(source('numbers', records<number>()))

const twenty = input.pipe(
  map((n) => [n] as const),
  map(([n]) => n),
  map((n) => `${n}`),
  map((s) => s.length),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n + 1),
  map((n) => n > 5),
  map((b) => ({ b })),
)
yes<Equal<typeof twenty, DataStream<{ b: boolean }>>>()

const same = map((n: number) => n)
input.pipe(same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same)
// @ts-expect-error a twenty-first stage
input.pipe(same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same, same)
