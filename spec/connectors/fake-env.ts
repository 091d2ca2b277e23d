/** An Env for connectors: a clock set by hand and files in memory. */
import type { Env } from '../../lib/env/env.ts'
import { noOffloader } from '../operators/no-offloader.ts'
import { noThreads } from '../../lib/env/no-threads.ts'
import type { Files } from '../../lib/env/files.ts'
import type { SinkContext, SinkStart, SourceContext, SourceReader } from '../../lib/api/connector.ts'
import { MemoryFiles } from './memory-files.ts'

export interface FakeEnv extends Env {
  readonly clock: { at: number; now(): number; monotonic(): number }
}

export const fakeEnv = (files: Files = new MemoryFiles()): FakeEnv => {
  const clock = { at: 1000, now: (): number => clock.at, monotonic: (): number => clock.at }
  return {
    clock,
    random: { next: () => 0.5 },
    scheduler: { after: () => () => {}, soon: (turn) => turn(), shouldYield: () => false, pick: () => 0, stall: () => 0 },
    files,
    offloader: noOffloader,
    threads: noThreads,
    holder: 'spec',
    isAlive: () => true,
  }
}

export const sourceContext = (env: Env, options: { parallelism?: number; start?: SinkStart } = {}): SourceContext => ({
  env,
  parallelism: 1,
  ...options,
})

export const sinkContext = <H>(env: Env, options: Partial<SinkContext<H>> = {}): SinkContext<H> => ({
  instance: 0,
  restored: [],
  start: 'new',
  checkpoints: true,
  replacing: false,
  env,
  ...options,
})

/** Polls to the end; also each position, the one after as many records as its index in `positions` says. */
export const drain = async <T, P>(
  reader: SourceReader<T, P>,
  max = 100,
): Promise<{ records: T[]; positions: { after: number; position: P }[] }> => {
  const records: T[] = []
  const positions: { after: number; position: P }[] = []
  for (;;) {
    const batch = await reader.poll(max)
    records.push(...batch.records)
    positions.push({ after: records.length, position: structuredClone(batch.position) })
    if (batch.done) break
  }
  await reader.close()
  return { records, positions }
}
