import { describe, expect, test, vi } from 'vitest'
import { collect, explain, exponential, from, fromArray, generate, map, offload, oneForOne, run, sink, source, topology } from 'millrace'
import type { Directive, Job, JobEvent, MillraceError, OffloadOptions } from 'millrace'
import type { Offloader, OffloadPool } from '../../lib/env/offloader.ts'
import { simulatedRun } from '../../lib/testing/simulated-run.ts'
import { fakeContext, stageOf } from '../operators/fake-context.ts'

const module = new URL('../operators/offloaded/numbers.ts', import.meta.url)
const numbers = (count = 8) => source('numbers', fromArray(Array.from({ length: count }, (_, i) => i + 1)))
const calling = (name: string, options: OffloadOptions = {}, url = module, count = 8) => {
  const out = collect<unknown>()
  return { out, of: topology(null, 't', from(numbers(count)).pipe(offload(url, name, { id: 'far', concurrency: 2, ...options })).to(sink('out', out))) }
}
const always = (directive: Directive) => oneForOne({ decide: () => directive })
const finished = async (job: Job): Promise<Job> => {
  await job.completed
  return job
}
const failureOf = async (start: () => Promise<Job>): Promise<MillraceError> => {
  try {
    await (await start()).completed
  } catch (error) {
    return error as MillraceError
  }
  throw new Error('the job finished')
}

describe('a function on threads of its own', () => {
  test('is called with each record, and its results leave in their order', async () => {
    const { out, of } = calling('doubleSlowly', { concurrency: 3 }, module, 60)
    const job = await finished(await run(of))
    expect(out.records).toEqual(Array.from({ length: 60 }, (_, i) => 2 * (i + 1)))
    expect(job.metrics().operators['far/0']).toMatchObject({ in: 60, out: 60 })
  })

  test('is called again for a record that it refuses, as often as the supervisor says', async () => {
    const { out, of } = calling('doubleMost')
    const job = await finished(await run(of))
    expect(out.records).toEqual([2, 4, 6, 8, 12, 14, 16])
    expect(job.deadLetters()).toMatchObject([{ record: 5, attempt: 3, reason: 'poison', error: { code: 'OPERATOR_FAILED', message: '5 is refused', operatorId: 'far' } }])
    expect(job.deadLetters()[0]!.error.stack).toMatch(/RangeError: 5 is refused\n.*numbers\.ts/)
  })

  test('may take a record at the last attempt', async () => {
    const { out, of } = calling('doubleAtLast', { concurrency: 1 })
    expect(await (await run(of)).completed).toMatchObject({ results: 8, deadLetters: 0, restarts: 0 })
    expect(out.records[4]).toBe(10)
  })

  test('loses a record at the first failure when the strategy says resume', async () => {
    const { out, of } = calling('doubleMost', { supervision: always('resume') })
    const job = await finished(await run(of))
    expect(job.deadLetters()).toMatchObject([{ record: 5, attempt: 1, reason: 'failed' }])
    expect(out.records).toHaveLength(7)
  })

  test('takes nothing more when the strategy says stop: what was under way is buried in its order', async () => {
    const { out, of } = calling('doubleMost', { supervision: always('stop') })
    const job = await finished(await run(of))
    expect(out.records).toEqual([2, 4, 6, 8])
    expect(job.deadLetters().map(({ record }) => record)).toEqual([5, 6, 7, 8])
  })

  test('fails the job when the strategy says escalate', async () => {
    const { of } = calling('doubleMost', { supervision: always('escalate') })
    const error = await failureOf(() => run(of, { supervision: oneForOne({ intensity: 0, backoff: exponential({ from: 0, to: 0, jitter: 0 }) }) }))
    expect(error).toMatchObject({ operatorId: 'far' })
    expect(error.message).toContain('5 is refused')
  })

  test('fails for the record at which its thread ends, and for no other', async () => {
    const { out, of } = calling('leave', { supervision: oneForOne({ attempts: 2 }) })
    const job = await finished(await run(of))
    expect(out.records).toEqual([2, 4, 6, 8, 12, 14, 16])
    expect(job.deadLetters()).toMatchObject([{ record: 5, attempt: 2, error: { operatorId: 'far' } }])
    expect(job.deadLetters()[0]!.error.message).toMatch(/^'leave' of file:.*numbers\.ts did not return, because its thread died: /)
  })

  test('fails for the record at which it takes longer than its timeout, and for no other', async () => {
    const { out, of } = calling('spin', { timeout: 60, supervision: always('resume') })
    const job = await finished(await run(of))
    expect(out.records).toEqual([2, 4, 6, 8, 12, 14, 16])
    expect(job.deadLetters()[0]!.error.message).toMatch(/^'spin' of file:.*numbers\.ts took longer than its timeout of 60 ms/)
  })

  test('may take a record whose thread has to be started longer than the timeout of a call', async () => {
    const { out, of } = calling('double', { timeout: 1, supervision: always('escalate') }, module, 1)
    await finished(await run(of))
    expect(out.records).toEqual([2])
  })

  test('is given plain data only', async () => {
    const out = collect<unknown>()
    const of = topology(null, 't', from(numbers(3)).pipe(map((n) => ({ n, parse: n === 2 ? Number : null })), offload(module, 'double', { id: 'far' })).to(sink('out', out)))
    const job = await finished(await run(of))
    expect(out.records).toHaveLength(2)
    const [letter] = job.deadLetters()
    expect(letter).toMatchObject({ attempt: 3, error: { code: 'VALUE_NOT_TRANSFERABLE', operatorId: 'far' } })
    expect(letter!.error.message).toMatch(/^VALUE_NOT_TRANSFERABLE: in what 'double' was to be called with: \.parse of the value is a function \(in 'far' at offload\.spec\.ts:\d+\)/)
  })

  test('may give plain data only', async () => {
    const { out, of } = calling('price')
    const job = await finished(await run(of))
    expect(out.records).toHaveLength(7)
    expect(job.deadLetters()[0]).toMatchObject({ record: 5, error: { code: 'VALUE_NOT_TRANSFERABLE' } })
    expect(job.deadLetters()[0]!.error.message).toContain(".prices[0] of the value is an instance of Money")
  })
})

describe('a function that is not there', () => {
  test('its module: run rejects', async () => {
    const error = await run(calling('double', {}, new URL('./nowhere.ts', import.meta.url)).of).then(
      () => Promise.reject(new Error('it started')),
      (thrown: MillraceError) => thrown,
    )
    expect(error).toMatchObject({ code: 'OPTION_INVALID', operatorId: 'far' })
    expect(error.message).toMatch(/there is no module file:.*nowhere\.ts, which is to export 'double' \(in 'far' at offload\.spec\.ts:\d+\)/)
  })

  test.each([
    ['trouble', /numbers\.ts exports no 'trouble' \(in 'far' at offload\.spec\.ts:\d+.*\n {2}Its functions are: .*double/],
    ['notAFunction', /what file:.*numbers\.ts exports as 'notAFunction' is not a function/],
  ])('%s of a module: the job fails, and no record is to blame', async (name, message) => {
    const { of } = calling(name)
    const events: JobEvent[] = []
    const error = await failureOf(async () => {
      const job = await run(of)
      job.events$.subscribe((event) => events.push(event))
      return job
    })
    expect(error).toMatchObject({ code: 'OPTION_INVALID', operatorId: 'far' })
    expect(error.message).toMatch(message)
    expect(events.filter(({ type }) => type === 'restart')).toEqual([])
  })

  test('its module throws: the job fails with what it threw', async () => {
    const error = await failureOf(() => run(calling('double', {}, new URL('../operators/offloaded/broken.ts', import.meta.url)).of))
    expect(error).toMatchObject({ code: 'OPTION_INVALID', operatorId: 'far' })
    expect(error.message).toMatch(/broken\.ts cannot be loaded: no model here/)
  })
})

describe('the threads of a job', () => {
  const threads = (): number => (process.report.getReport() as unknown as { readonly workers: readonly unknown[] }).workers.length
  const untilThreads = (count: number): Promise<void> => vi.waitFor(() => expect(threads()).toBe(count), { timeout: 5_000, interval: 20 })

  test('end when it is cancelled, whatever they do', async () => {
    const before = threads()
    const job = await run(calling('spin').of)
    const ended = job.completed.catch((error: unknown) => error)
    await untilThreads(before + 2)
    await job.cancel()
    await ended
    expect(job.status).toBe('cancelled')
    expect(threads()).toBe(before)
  })

  test('end when it has finished', async () => {
    const before = threads()
    await finished(await run(calling('double').of))
    expect(threads()).toBe(before)
  })
})

test.each([
  { cores: 8, parallelism: 1, given: [7] },
  { cores: 1, parallelism: 1, given: [1] },
  { cores: 6, parallelism: 3, given: [2, 2, 1] },
  { cores: 3, parallelism: 4, given: [1, 1, 1, 1] },
])('unless told, the instances share the $cores cores less one for the thread they are on, $parallelism instances', ({ cores, parallelism, given }) => {
  const pool: OffloadPool = { room: 1, call: () => undefined, close: async () => undefined }
  const threads: number[] = []
  const offloader: Offloader = { cores, open: (called) => (threads.push(called.threads), pool) }
  const stage = stageOf(from(numbers()).pipe(offload(module, 'double')))
  for (let instance = 0; instance < parallelism; instance++) stage.create(fakeContext({ offloader, instance, parallelism }))
  expect(threads).toEqual(given)
})

test('the source stops where calls do not come back', async () => {
  let made = 0
  const of = topology(null, 't', from(source('numbers', generate((i) => (made = i + 1)))).pipe(offload(module, 'never', { concurrency: 2 })).to(sink('out', collect<unknown>())))
  const { outcome } = await simulatedRun(of, { seed: 3, every: 0, tuning: { batchRows: 1, channelRows: 1 } })
  expect(outcome).toBe('quiet')
  // Two threads with four records each at most, and what stands before them.
  expect(made).toBeLessThan(8 + 8)
})

test('explain says which function of which module it is, and that it has an actor of its own', () => {
  expect(explain(calling('double').of)).toMatch(/actor far ×1\n {2}double of numbers\.ts \(offload\) 'far' at offload\.spec\.ts:\d+\n/)
})

test.each([
  [() => offload('./numbers.ts' as never, 'double'), /the module of offload must be the URL of a file, not "\.\/numbers\.ts"/],
  [() => offload(new URL('https://example.com/numbers.ts'), 'double'), /must be the URL of a file, not https:/],
  [() => offload(module, '' as never), /the function of offload must be the name of an export, not ""/],
  [() => offload(module, 'double', { concurrency: 0 }), /the concurrency of offload must be a whole number from 1 to 1024, not 0/],
  [() => offload(module, 'double', { timeout: 0 }), /the timeout of offload must be a number of at least 1, not 0/],
  [() => offload(module, 'double', { threads: 2 } as never), /offload has no option 'threads'/],
])('refuses what it cannot use %#', (make, message) => {
  expect(make).toThrow(message)
})
