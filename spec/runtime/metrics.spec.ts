import { describe, expect, test } from 'vitest'
import { broadcast, discard, filter, flatMap, from, fromArray, isolate, keyBy, map, merge, oneForOne, rebalance, run, scan, sink, source, take, topology } from 'millrace'
import type { Flow, JobMetrics, MillraceError, RunOptions } from 'millrace'

const numbers = (count = 10) => source('numbers', fromArray(Array.from({ length: count }, (_, i) => i)))
const metricsOf = async (flow: Flow, options: RunOptions = {}): Promise<JobMetrics> => {
  const job = await run(topology(null, 't', flow), options)
  await job.completed
  return job.metrics()
}
const flowOf = ({ operators }: JobMetrics, name: string): { readonly in: number; readonly out: number } => {
  const { in: taken, out } = operators[name]!
  return { in: taken, out }
}

describe('what each actor has taken and sent on', () => {
  test('is counted at its ends, whatever its stages do between them', async () => {
    const metrics = await metricsOf(from(numbers()).pipe(filter((n) => n < 6), keyBy((n) => n % 2), scan((sum, n) => sum + n, 0, { id: 'sums' }), flatMap(() => ['a', 'b'])).to(sink('out', discard())))
    expect(flowOf(metrics, 'numbers/0')).toEqual({ in: 10, out: 12 })
    expect(flowOf(metrics, 'out/0!')).toEqual({ in: 12, out: 12 })
  })

  test('counts a record once that goes two ways, or to all instances', async () => {
    const origin = from(numbers())
    const two = merge(origin.pipe(isolate(), map((n) => n, { id: 'left' })), origin.pipe(broadcast(), map((n) => n, { id: 'right', parallelism: 3 })))
    const metrics = await metricsOf(two.to(sink('out', discard())))
    expect(flowOf(metrics, 'numbers/0')).toEqual({ in: 10, out: 10 })
    expect(flowOf(metrics, 'right/2')).toEqual({ in: 10, out: 10 })
    expect(flowOf(metrics, 'out/0!')).toEqual({ in: 40, out: 40 })
  })

  test('leaves out what comes after a stage is complete', async () => {
    const inSource = await metricsOf(from(numbers()).pipe(take(4, { id: 'firsts' })).to(sink('out', discard())))
    expect(flowOf(inSource, 'numbers/0')).toEqual({ in: 4, out: 4 })
    const behind = await metricsOf(from(numbers()).pipe(isolate(), take(4, { id: 'firsts' })).to(sink('out', discard())))
    expect(flowOf(behind, 'firsts/0')).toEqual({ in: 4, out: 4 })
  })

  test('leaves out dead letters, which are counted as such', async () => {
    const fail = (n: number): number => {
      if (n === 3) throw new Error('three')
      return n
    }
    const metrics = await metricsOf(from(numbers()).pipe(map(fail)).to(sink('out', discard())))
    expect(metrics.operators['numbers/0']).toMatchObject({ in: 10, out: 9, deadLetters: 1 })
  })
})

test('the time of its thread is that of the steps of an actor', async () => {
  const wait = (n: number): number => {
    const until = performance.now() + 5
    while (performance.now() < until);
    return n
  }
  const { operators } = await metricsOf(from(numbers()).pipe(isolate(), map(wait, { id: 'slow' })).to(sink('out', discard())))
  expect(operators['slow/0']!.busy).toBeGreaterThanOrEqual(50)
  expect(operators['numbers/0']!.busy).toBeLessThan(50)
})

describe('where a function failed', () => {
  const fail = (n: number): number => {
    if (n === 7) throw new Error('seven')
    return n
  }
  const escalating = { id: 'picky', supervision: oneForOne({ decide: () => 'escalate', intensity: 0 }) }
  const failureOf = async (flow: Flow): Promise<MillraceError> => {
    const job = await run(topology(null, 't', flow), { supervision: oneForOne({ intensity: 0 }) })
    return job.completed.then(
      () => Promise.reject(new Error('the job finished')),
      (error: unknown) => error as MillraceError,
    )
  }

  test('is said by stage, line and record of its split', async () => {
    const error = await failureOf(from(numbers()).pipe(map(fail, escalating)).to(sink('out', discard())))
    expect(error).toMatchObject({ operatorId: 'picky', record: "record 8 of 'numbers/0-of-1'" })
    expect(error.site).toMatch(/^metrics\.spec\.ts:\d+$/)
    expect(error.message).toContain(`(in 'picky' at ${error.site}, record 8 of 'numbers/0-of-1')`)
  })

  test('is said without the record behind a shuffle, where nobody knows it', async () => {
    const error = await failureOf(from(numbers()).pipe(rebalance(), map(fail, escalating)).to(sink('out', discard())))
    expect(error).toMatchObject({ operatorId: 'picky', record: undefined })
  })

  test('is in the dead letter of a record that was given up', async () => {
    const job = await run(topology(null, 't', from(numbers()).pipe(map(fail)).to(sink('out', discard()))))
    await job.completed
    expect(job.deadLetters()).toMatchObject([{ record: 7, position: "record 8 of 'numbers/0-of-1'" }])
  })

  test('of a connector is said by its id and line', async () => {
    const broken = { open: () => ({ write: () => Promise.reject(new Error('full')), close: () => undefined }) }
    const error = await failureOf(from(numbers()).to(sink('out', broken)))
    expect(error).toMatchObject({ code: 'RESTARTS_EXHAUSTED', operatorId: 'out', site: expect.stringMatching(/^metrics\.spec\.ts:\d+$/) as string })
  })

  test('of a connector that cannot be opened is said by its id and line', async () => {
    const broken = { open: () => Promise.reject(new Error('no such table')) }
    const error: unknown = await run(topology(null, 't', from(numbers()).to(sink('out', broken)))).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'SINK_FAILED', operatorId: 'out', site: expect.stringMatching(/^metrics\.spec\.ts:\d+$/) as string })
  })
})
