/** One verifier for every operator: the same input, in every way the engine may run it, has to give the same output. */
import { CHAIN_MODES } from '../runtime/chain-host.ts'
import { isDeepStrictEqual } from 'node:util'
import type { DataStream } from '../api/stream.ts'
import { from, sink, source, topology } from '../api/topology.ts'
import type { AnyStream } from '../api/stream.ts'
import { fromArray } from '../connectors/memory/from-array.ts'
import type { Supervision } from '../supervision/strategy.ts'
import { committedSink } from './committed-sink.ts'
import { simulatedRun } from './simulated-run.ts'
import type { SimulatedRunOptions } from './simulated-run.ts'
import { steppingSource } from './stepping-source.ts'

export interface VerifyOptions<T, R> {
  /** Records, frozen before they are played: nobody may change them. */
  readonly input: readonly T[]
  /** Outputs, in order. */
  readonly expected: readonly R[]
  /** Records for which the function throws: each has to be in the dead letters, and nowhere else. */
  readonly fails?: readonly unknown[]
  readonly supervision?: Supervision
  /** Outputs and dead letters may come in any order: more than one path or instance leads to the sink. */
  readonly anyOrder?: boolean
  /** Places of a crash that are tried, evenly over the run; 40 unless given. */
  readonly crashPlaces?: number
}

/**
 * Runs a stage in every variant the engine knows: at once, in batches, with an outbox of one record and a mailbox of one, with a crash
 * and a restore after each step, with many crashes, on empty input. Throws an Error that names the variant that differs.
 *
 * @example await verifyOperator((s: DataStream<number>) => s.pipe(map((n) => n * 2)), { input: [1, 2], expected: [2, 4] })
 */
export const verifyOperator = async <T, R>(stage: (input: DataStream<T>) => AnyStream<R>, options: VerifyOptions<T, R>): Promise<void> => {
  const { input, expected, fails = [], supervision, anyOrder = false, crashPlaces = 40 } = options
  input.forEach(deepFreeze)
  type Run = Omit<SimulatedRunOptions, 'seed'> & { readonly seed?: number; readonly stepping?: boolean }
  const attempt = async (variant: string, records: readonly T[], { stepping = false, ...run }: Run): Promise<number> => {
    const out = committedSink<R>()
    const flow = stage(from(source('verified', stepping ? steppingSource(records) : fromArray(records)))) as DataStream<R>
    const result = await simulatedRun(topology(null, 'verify', flow.to(sink('received', out))), {
      seed: 1,
      ...run,
      run: supervision === undefined ? {} : { supervision },
      combineOfLife: (life) => life % 2 === 0,
      onBoot: (life) => {
        if (life === 0) out.committed.length = 0
      },
    })
    const where = `${variant}, seed ${run.seed ?? 1}`
    if (result.error !== null) throw new Error(`${where}: the job failed`, { cause: result.error })
    if (result.outcome !== 'ended') throw new Error(`${where}: the job hangs (${result.outcome} after ${result.steps} steps)`)
    if (records.length === 0) return result.steps
    const letters = result.deadLetters.map((letter) => letter.record)
    compare(where, 'outputs', expected, anyOrder ? inOrderOf(expected, out.committed) : out.committed)
    compare(where, 'dead letters', fails, anyOrder ? inOrderOf(fails, letters) : letters)
    return result.steps
  }
  for (const chains of CHAIN_MODES) await attempt(`${chains} chains`, input, { every: 0, tuning: { batchRows: 1024, channelRows: 4096, chains } })
  await attempt('empty input', [], { every: 0 })
  for (const batchRows of [1, 2, 3, 7]) await attempt(`batches of ${batchRows}`, input, { every: 0, tuning: { batchRows, channelRows: 64 } })
  await attempt('an outbox of one record', input, { every: 0, tuning: { batchRows: 1, channelRows: 1 } })
  const steps = await attempt('checkpoints', input, { every: 1, stepping: true, tuning: { batchRows: 1, channelRows: 1 } })
  const stride = Math.max(1, Math.floor(steps / crashPlaces))
  for (let step = 1; step <= steps; step += stride)
    for (const chains of step % 2 === 0 ? (['compiled'] as const) : (['generic', 'blocks'] as const))
      await attempt(`crash after step ${step}, ${chains} chains`, input, { every: 1, stepping: true, crashSteps: [step], tuning: { batchRows: 1, channelRows: 1, chains } })
  for (let seed = 2; seed < 10; seed++) await attempt('many crashes', input, { seed, crashes: 6 })
}

/** `received` in the order of its equals in `expected`; what has none comes last. */
const inOrderOf = (expected: readonly unknown[], received: readonly unknown[]): unknown[] => {
  const left = [...received]
  const found: unknown[] = []
  for (const value of expected) {
    const at = left.findIndex((other) => isDeepStrictEqual(value, other))
    if (at >= 0) found.push(...left.splice(at, 1))
  }
  return [...found, ...left]
}

const compare = (where: string, what: string, expected: readonly unknown[], received: readonly unknown[]): void => {
  if (isDeepStrictEqual([...expected], [...received])) return
  const at = [...expected, ...received].findIndex((_, index) => !isDeepStrictEqual(expected[index], received[index]))
  throw new Error(
    `${where}: ${what} differ at ${at}: expected ${show(expected[at])} of ${expected.length}, received ${show(received[at])} of ${received.length}`,
  )
}

const show = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

const deepFreeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) deepFreeze(part)
}
