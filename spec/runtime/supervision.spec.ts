import { describe, expect, test } from 'vitest'
import { collect, explain, exponential, filter, from, fromArray, generate, isolate, keyBy, map, oneForOne, partition, range, run, scan, sink, source, take, tap, topology } from 'millrace'
import type { Directive, Job, JobEvent, MillraceError, SinkConnector, SourceConnector, Topology } from 'millrace'

const at = (job: Job): JobEvent[] => {
  const events: JobEvent[] = []
  job.events$.subscribe((event) => events.push(event))
  return events
}
const always = (directive: Directive) => oneForOne({ decide: () => directive })
const fast = { from: 0, to: 0, jitter: 0 }
const failing = (n: number): number => {
  if (n === 3) throw new Error('three is not taken')
  return n * 10
}
const numbers = (count = 5) => source('numbers', fromArray(Array.from({ length: count }, (_, i) => i + 1)))
const failureOf = async (topologyToRun: Topology, options = {}): Promise<MillraceError> => {
  const job = await run(topologyToRun, options)
  return job.completed.then(
    () => Promise.reject(new Error('the job finished')),
    (error: unknown) => error as MillraceError,
  )
}

describe('a call that throws', () => {
  test('is tried three times, then its record is poison and the rest goes on', async () => {
    const out = collect<number>()
    let calls = 0
    const job = await run(topology(null, 't', from(numbers()).pipe(tap((n) => void (n === 3 && calls++)), map(failing, { id: 'tens' })).to(sink('out', out))))
    const summary = await job.completed
    expect(out.records).toEqual([10, 20, 40, 50])
    expect(calls).toBe(1)
    expect(summary).toMatchObject({ records: 5, results: 4, deadLetters: 1, restarts: 0 })
    expect(job.deadLetters()).toMatchObject([{ record: 3, attempt: 3, reason: 'poison', error: { code: 'OPERATOR_FAILED', message: 'three is not taken', operatorId: 'tens' } }])
  })

  test('is called again at once, and its result counts when it succeeds', async () => {
    const out = collect<number>()
    let failures = 0
    const shaky = (n: number): number => {
      if (n === 3 && failures++ < 2) throw new Error('not yet')
      return n
    }
    const job = await run(topology(null, 't', from(numbers()).pipe(map(shaky)).to(sink('out', out))))
    expect(await job.completed).toMatchObject({ results: 5, deadLetters: 0, restarts: 0 })
    expect(out.records).toEqual([1, 2, 3, 4, 5])
  })

  test('goes to the dead letters at the first failure when the strategy says resume', async () => {
    const out = collect<number>()
    const job = await run(topology(null, 't', from(numbers()).pipe(map(failing, { supervision: always('resume') })).to(sink('out', out))))
    await job.completed
    expect(job.deadLetters()).toMatchObject([{ record: 3, attempt: 1, reason: 'failed' }])
    expect(out.records).toEqual([10, 20, 40, 50])
  })

  test('ends its actor when the strategy says stop, and what still comes is buried', async () => {
    const out = collect<number>()
    const job = await run(topology(null, 't', from(numbers(10)).pipe(isolate(), map(failing, { id: 'tens', supervision: always('stop') })).to(sink('out', out))))
    const events = at(job)
    await job.completed
    expect(out.records).toEqual([10, 20])
    expect(job.deadLetters().map((letter) => letter.record)).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
    expect(events.some((event) => event.type === 'stopped' && event.operatorId === 'tens')).toBe(true)
  })

  test('ends its actor, and records that a later stage of it has taken and holds go on', async () => {
    const out = collect<number>()
    const flow = from(numbers(10)).pipe(map(failing, { supervision: always('stop') }), partition(range.sampled(100, (n: number) => n)))
    await (await run(topology(null, 't', flow.to(sink('out', out))))).completed
    expect(out.records).toEqual([10, 20])
  })

  test('fails the job when the run’s own strategy says escalate', async () => {
    const error = await failureOf(topology(null, 't', from(numbers()).pipe(map(failing, { id: 'tens' })).to(sink('out', collect()))), { supervision: always('escalate') })
    expect(error).toMatchObject({ code: 'OPERATOR_FAILED', operatorId: 'tens' })
    expect(error.message).toContain('three is not taken')
  })

  test('is told to decide with the error itself, the record, the attempt and the operator', async () => {
    const calls: unknown[] = []
    const thrown = new Error('mine')
    const supervision = oneForOne({
      decide: (call) => {
        calls.push(call)
        return 'restart'
      },
    })
    const job = await run(
      topology(null, 't', from(numbers()).pipe(filter((n) => {
        if (n === 2) throw thrown
        return true
      }, { id: 'sieve', supervision })).to(sink('out', collect()))),
    )
    await job.completed
    expect(calls).toEqual([1, 2, 3].map((attempt) => ({ error: thrown, record: 2, attempt, operatorId: 'sieve' })))
  })

  test.each([
    ['null', null],
    ['a string', 'text'],
    ['a frozen error', Object.freeze(new Error('frozen'))],
    ['an error whose message throws', Object.defineProperty(new Error('x'), 'message', { get: () => { throw new Error('getter') } })],
  ])('may throw %s', async (_, thrown) => {
    const job = await run(topology(null, 't', from(numbers()).pipe(map((n) => { if (n === 3) throw thrown; return n })).to(sink('out', collect()))))
    expect(await job.completed).toMatchObject({ results: 4, deadLetters: 1 })
  })
})

describe('a call that may have changed its accumulator', () => {
  test('brings the region back to its start once, and never again for the same stage', async () => {
    const out = collect<{ key: string; value: { sum: number } }>()
    const job = await run(
      topology(
        null,
        't',
        from(numbers(100)).pipe(
          keyBy(() => 'all'),
          scan((acc: { sum: number }, n) => {
            acc.sum += n
            if (n % 10 === 0) throw new Error('no tens')
            return acc
          }, { sum: 0 }, { id: 'sums' }),
        ).to(sink('out', out)),
      ),
      { supervision: oneForOne({ backoff: fast }) },
    )
    const summary = await job.completed
    expect(summary).toMatchObject({ records: 100, results: 90, deadLetters: 10, restarts: 1 })
    expect(out.records.at(-1)).toEqual({ key: 'all', value: { sum: 5050 - 550 } })
    expect(job.deadLetters().map((letter) => [letter.record, letter.attempt])).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((n) => [n, 3]))
  })

  test('fails the job with NO_SNAPSHOT where the source cannot be read again from its start', async () => {
    const endless = source('endless', generate((i) => i))
    const error = await failureOf(
      topology(null, 't', from(endless).pipe(
        keyBy(() => 'all'),
        scan((acc: { n: number }, n) => { acc.n += n; if (n === 3) throw new Error('three'); return acc }, { n: 0 }, { id: 'sums' }),
      ).to(sink('out', collect()))),
    )
    expect(error).toMatchObject({ code: 'NO_SNAPSHOT', operatorId: 'sums' })
    expect(error.message).toContain('checkpoints')
  })
})

describe('a sink that fails', () => {
  const failingSink = (failures: number): SinkConnector<number> & { written: number[] } => {
    let left = failures
    const written: number[] = []
    return {
      written,
      open: () => {
        written.length = 0
        return {
          write: (records: readonly number[]) => {
            if (left-- > 0) throw new Error('the disk is gone')
            written.push(...records)
          },
          close: () => undefined,
        }
      },
    }
  }

  test('is opened again and written from the last snapshot on', async () => {
    const connector = failingSink(2)
    const job = await run(topology(null, 't', from(numbers()).to(sink('out', connector))), { supervision: oneForOne({ backoff: fast }) })
    expect(await job.completed).toMatchObject({ results: 5, restarts: 2, deadLetters: 0 })
    expect(connector.written).toEqual([1, 2, 3, 4, 5])
  })

  test('ends the job with RESTARTS_EXHAUSTED after one failure more than the intensity', async () => {
    const job = await run(topology(null, 't', from(numbers()).to(sink('out', failingSink(100)))), { supervision: oneForOne({ intensity: 3, backoff: fast }) })
    const events = at(job)
    await expect(job.completed).rejects.toMatchObject({ code: 'RESTARTS_EXHAUSTED', operatorId: 'out' })
    expect(events.filter((event) => event.type === 'restart')).toHaveLength(3)
  })

  test('waits longer before each restart', async () => {
    const job = await run(topology(null, 't', from(numbers()).to(sink('out', failingSink(3)))), { supervision: oneForOne({ backoff: exponential({ from: 2, to: 100, jitter: 0 }) }) })
    const events = at(job)
    await job.completed
    expect(events.flatMap((event) => (event.type === 'restart' ? [event.delayMs] : []))).toEqual([2, 4, 8])
  })
})

test('a stage that has taken what it wants closes its source', async () => {
  const out = collect<number>()
  const job = await run(topology(null, 't', from(source('endless', generate((i) => i))).pipe(isolate(), take(3)).to(sink('out', out))))
  await job.completed
  expect(out.records).toEqual([0, 1, 2])
})

test('a source without positions says how many records a restart has lost', async () => {
  let failures = 1
  let next = 0
  const out = collect<number>()
  const live: SourceConnector<number, undefined> = {
    bounded: true,
    replayable: false,
    splits: () => [{ id: 'all' }],
    open: () => ({
      poll: () => ({ records: next < 4 ? [next++] : [], position: undefined, done: next >= 4 }),
      close: () => undefined,
    }),
  }
  const frail: SinkConnector<number> = {
    ...out,
    open: (context) => {
      const writer = out.open(context as never) as { write(records: readonly number[]): void; close(): void }
      return {
        ...writer,
        write: (records: readonly number[]) => {
          if (records.includes(2) && failures-- > 0) throw new Error('not now')
          writer.write(records)
        },
      }
    },
  }
  const built = topology(null, 't', from(source('live', live)).to(sink('out', frail)))
  const job = await run(built, { supervision: oneForOne({ backoff: fast }) })
  const events = at(job)
  await job.completed
  expect(events.filter((event) => event.type === 'lost')).toMatchObject([{ operatorId: 'live', records: expect.any(Number) as number }])
  expect(explain(built)).toContain('at most once')
})
