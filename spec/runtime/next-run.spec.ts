import { describe, expect, test } from 'vitest'
import { aggregate, collect, count, from, generate, keyBy, map, reduce, scan, sink, source, sum, topology } from 'millrace'
import type { Job, JobEvent, MillraceError, SinkConnector, Topology } from 'millrace'
import { writeCsv, writeLines } from 'millrace/files'
import { committedSink } from '../../lib/testing/committed-sink.ts'
import { afterCheckpoints, afterRecords, checkpointsIn, complete, damage, live, put, startOf, taken, textOf, world } from './simulated-life.ts'

const out = '/out/lines.txt'
const numbers = (count: number) => source('numbers', generate((i) => i, { count }))
const lines = (count: number, sinkOf: SinkConnector<never> = writeLines(out) as never): Topology =>
  topology(null, 'lines', from(numbers(count)).pipe(map((n) => `line ${n}`)).to(sink('out', sinkOf as SinkConnector<string>)))
const text = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('')
const newest = (on: ReturnType<typeof world>): string => complete(on, 'lines').at(-1)!

describe('after the end of a job, latest', () => {
  test('writes nothing and reports what the job had counted', async () => {
    const on = world()
    const first = await live(on, lines(20))
    const names = (): string[] => on.disk.paths().filter((path) => !path.includes('/LOCK'))
    const before = names()
    const second = await live(on, lines(20))
    expect(textOf(on, out)).toBe(text(20))
    expect(names()).toEqual(before)
    expect(second.summary).toEqual({ ...first.summary!, restarts: 0, checkpoints: 0, elapsed: second.summary!.elapsed })
  })

  test('reads nothing', async () => {
    const on = world()
    let reads = 0
    const counted = { ...generate((i) => i, { count: 20 }) }
    const job = topology(
      null,
      'lines',
      from(
        source('numbers', {
          ...counted,
          splits: (context) => (reads++, counted.splits(context)),
          open: (split, position, context) => (reads++, counted.open(split, position, context)),
        }),
      )
        .pipe(map((n) => `line ${n as number}`))
        .to(sink('out', writeLines(out))),
    )
    await live(on, job)
    reads = 0
    const again = await live(on, job)
    expect(again.job!.status).toBe('finished')
    expect(reads).toBe(0)
  })

  test('says how to run again', async () => {
    const on = world()
    await live(on, lines(5))
    const again = await live(on, lines(5))
    expect(again.events).toContainEqual(expect.objectContaining({ type: 'warning', message: expect.stringContaining("restore: 'none'") }))
    expect(startOf(again)).toMatchObject({ from: 'finished', records: 5 })
  })

  test('commits what the last checkpoint has uncommitted', async () => {
    const on = world()
    const killed = await live(on, lines(20), { every: 100_000, until: afterCheckpoints(2) })
    expect(killed.summary).toBeNull()
    expect(textOf(on, out) ?? '').not.toBe(text(20))
    const again = await live(on, lines(20), { every: 100_000 })
    expect(startOf(again)!.from).toBe('finished')
    expect(textOf(on, out)).toBe(text(20))
  })
})

describe("restore: 'none'", () => {
  test('begins anew after a job that had finished', async () => {
    const on = world()
    await live(on, lines(20))
    const again = await live(on, lines(7), { restore: 'none' })
    expect(again.summary).toMatchObject({ records: 7, results: 7 })
    expect(textOf(on, out)).toBe(text(7))
  })

  test('leaves the outputs as they were until its first commit', async () => {
    const on = world()
    await live(on, lines(20))
    await live(on, lines(7), { restore: 'none', every: 100_000, until: afterRecords(7) })
    expect(textOf(on, out)).toBe(text(20))
  })

  test('is what latest goes on from, once its first checkpoint is there', async () => {
    const on = world()
    await live(on, lines(20))
    await live(on, lines(300), { restore: 'none', until: (job, events) => taken(events) >= 1 && job.metrics().records > 0 })
    const again = await live(on, lines(300))
    expect(startOf(again)!.checkpoint).toMatch(/^2-/)
    expect(textOf(on, out)).toBe(text(300))
  })

  test('is never looked behind: when its only checkpoint is damaged, latest fails', async () => {
    const on = world()
    await live(on, lines(20))
    await live(on, lines(300), { restore: 'none', every: 100_000, until: afterCheckpoints(1) })
    damage(on, `${newest(on)}/chunks.bin`)
    const again = await live(on, lines(300))
    expect(again.error).toMatchObject({ code: 'SNAPSHOT_CORRUPT' })
    expect(textOf(on, out)).toBe(text(20))
  })

  test('keeps an explicit existing', async () => {
    const on = world()
    put(on, out, 'mine\n')
    await live(on, lines(3, writeLines(out, { existing: 'append' }) as never), { restore: 'none' })
    expect(textOf(on, out)).toBe(`mine\n${text(3)}`)
  })
})

describe('a new start with checkpoints', () => {
  test('first writes checkpoint 0, with the positions the sources start at', async () => {
    const on = world()
    await live(on, lines(300), { every: 100_000, until: afterCheckpoints(1) })
    expect(complete(on, 'lines')).toEqual([`${checkpointsIn}/lines/000001-00000000`])
    const again = await live(on, lines(300))
    expect(startOf(again)).toMatchObject({ from: 'resumed', checkpoint: '1-0', records: 0 })
    expect(textOf(on, out)).toBe(text(300))
  })

  test('records in checkpoint 0 how long an appended file was, and a resume cuts it there', async () => {
    const on = world()
    put(on, out, 'mine\n')
    const job = lines(300, writeLines(out, { existing: 'append' }) as never)
    await live(on, job, { every: 100_000, until: afterCheckpoints(1) })
    put(on, out, 'mine\nhalf a li')
    await live(on, job)
    expect(textOf(on, out)).toBe(`mine\n${text(300)}`)
  })
})

describe('a file that is already there', () => {
  const existing = (choice: 'replace' | 'append' | 'refuse') => lines(3, writeLines(out, { existing: choice }) as never)
  for (const [name, every] of [['without checkpoints', null], ['with checkpoints', 5]] as const) {
    test(`is replaced ${name} where the sink says so`, async () => {
      const on = world()
      put(on, out, 'mine, and longer than what comes\n'.repeat(3))
      await live(on, existing('replace'), { every })
      expect(textOf(on, out)).toBe(text(3))
    })

    test(`is appended to ${name} where the sink says so`, async () => {
      const on = world()
      put(on, out, 'mine\n')
      await live(on, existing('append'), { every })
      expect(textOf(on, out)).toBe(`mine\n${text(3)}`)
    })

    test(`is refused ${name} where the sink says so`, async () => {
      const on = world()
      put(on, out, 'mine\n')
      const life = await live(on, existing('refuse'), { every })
      expect(life.error).toMatchObject({ code: 'SINK_NOT_EMPTY' })
      expect(textOf(on, out)).toBe('mine\n')
    })
  }

  test('is replaced by default without checkpoints', async () => {
    const on = world()
    put(on, out, 'mine\n')
    await live(on, lines(3), { every: null })
    expect(textOf(on, out)).toBe(text(3))
  })

  test('is refused by default with checkpoints, naming the file and the ways out', async () => {
    const on = world()
    put(on, out, 'mine\n')
    const { error } = await live(on, lines(3))
    expect(error).toMatchObject({ code: 'SINK_NOT_EMPTY', operatorId: 'out' })
    for (const way of [out, 'Move it', "existing: 'replace' | 'append'", "restore: 'none'"]) expect(error!.message).toContain(way)
    expect(textOf(on, out)).toBe('mine\n')
  })

  test('is taken without a word when it is empty', async () => {
    const on = world()
    put(on, out, '')
    await live(on, lines(3))
    expect(textOf(on, out)).toBe(text(3))
  })
})

describe('a sink that gets no record', () => {
  for (const [name, every] of [['without checkpoints', null], ['with checkpoints', 5]] as const) {
    test(`leaves an empty file ${name}`, async () => {
      const on = world()
      await live(on, lines(0), { every })
      expect(textOf(on, out)).toBe('')
    })

    test(`leaves a file with its header ${name}`, async () => {
      const on = world()
      await live(on, topology(null, 'rows', from(numbers(0)).pipe(map((n) => ({ n }))).to(sink('out', writeCsv('/out/rows.csv', ['n'])))), { every })
      expect(textOf(on, '/out/rows.csv')).toBe('n\n')
    })
  }
})

describe('a damaged newest checkpoint', () => {
  const interrupted = async (seed: number, sinkOf?: SinkConnector<never>) => {
    const on = world(seed)
    await live(on, lines(300, sinkOf), { until: afterCheckpoints(6) })
    return on
  }

  for (const file of ['manifest.json', 'chunks.bin']) {
    test(`is reported, and the one before it taken (${file})`, async () => {
      const on = await interrupted(3)
      const [older, last] = complete(on, 'lines').slice(-2)
      damage(on, `${last}/${file}`)
      const again = await live(on, lines(300))
      expect(again.events).toContainEqual(expect.objectContaining({ type: 'damaged-checkpoint', checkpoint: last!.split('/').at(-1) }))
      const [run, checkpoint] = older!.split('/').at(-1)!.split('-').map(Number)
      expect(startOf(again)!.checkpoint).toBe(`${run}-${checkpoint}`)
    })
  }

  test('leaves a file, in the end, byte for byte as an undisturbed run does', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const on = await interrupted(seed)
      damage(on, `${newest(on)}/chunks.bin`)
      await live(on, lines(300))
      expect(textOf(on, out)).toBe(text(300))
    }
  })

  test('has the file cut back before anything is written to it', async () => {
    const on = world(3)
    await live(on, lines(300), { until: afterCheckpoints(6) })
    await live(on, lines(300), { until: (_, events) => events.some((event) => event.type === 'started') })
    const longer = textOf(on, out)!
    damage(on, `${newest(on)}/chunks.bin`)
    await live(on, lines(300), { every: 100_000, until: (_, events) => events.some((event) => event.type === 'started') })
    expect(textOf(on, out)!.length).toBeLessThan(longer.length)
    expect(longer.startsWith(textOf(on, out)!)).toBe(true)
  })

  test('is one of a number that is not used again', async () => {
    const on = await interrupted(3)
    const last = newest(on)
    damage(on, `${last}/chunks.bin`)
    const again = await live(on, lines(300))
    const numbersTaken = again.events.flatMap((event) => (event.type === 'checkpoint' ? [event.checkpoint] : []))
    expect(Math.min(...numbersTaken)).toBeGreaterThan(Number(last.split('-').at(-1)))
  })

  test('fails latest where a sink cannot take a commit back, naming the sink and the older checkpoint', async () => {
    const oneWay = { ...(committedSink<string>() as unknown as SinkConnector<never>), canGoBack: false }
    const on = await interrupted(3, oneWay)
    const [older, last] = complete(on, 'lines').slice(-2)
    damage(on, `${last}/chunks.bin`)
    const { error } = await live(on, lines(300, oneWay))
    const [run, checkpoint] = older!.split('/').at(-1)!.split('-').map(Number)
    expect(error).toMatchObject({ code: 'SNAPSHOT_CORRUPT' })
    expect(error!.message).toContain(`'out'`)
    expect(error!.message).toContain(`${run}-${checkpoint}`)
    expect(error!.message).toContain('restore')
  })

  test('with no good one left fails, and is never a new start', async () => {
    const on = await interrupted(3)
    const before = textOf(on, out)
    for (const folder of complete(on, 'lines')) damage(on, `${folder}/chunks.bin`)
    const { error, job } = await live(on, lines(300))
    expect(error).toMatchObject({ code: 'SNAPSHOT_CORRUPT' })
    expect(job).toBeNull()
    expect(textOf(on, out)).toBe(before)
  })
})

describe('a file shorter than the checkpoint says', () => {
  test('fails the job, and nothing is written to it', async () => {
    const on = world(3)
    await live(on, lines(300), { until: afterRecords(250), act: (job) => job.stop() })
    put(on, out, 'line 0\n')
    const { error } = await live(on, lines(300))
    expect(error).toMatchObject({ code: 'SINK_FAILED', operatorId: 'out' })
    expect(error!.message).toContain(out)
    expect(textOf(on, out)).toBe('line 0\n')
  })
})

describe('restore: PATH', () => {
  test('goes on from that checkpoint, and the file is cut back to it', async () => {
    const on = world(4)
    await live(on, lines(300), { keep: 100, until: afterCheckpoints(8) })
    const folder = complete(on, 'lines')[3]!
    const again = await live(on, lines(300), { restore: folder })
    expect(startOf(again)).toMatchObject({ from: 'resumed', checkpoint: '1-3' })
    expect(textOf(on, out)).toBe(text(300))
  })

  test('goes on from a savepoint', async () => {
    const on = world(4)
    const first = await live(on, lines(300), { until: afterRecords(50), act: (job) => job.savepoint('/saved/one') })
    expect(first.answer).toBe('/saved/one')
    const again = await live(on, lines(300), { restore: '/saved/one' })
    expect(startOf(again)!.from).toBe('resumed')
    expect(startOf(again)!.records).toBeLessThan(300)
    expect(textOf(on, out)).toBe(text(300))
    expect(again.summary).toMatchObject({ records: 300, results: 300 })
  })

  test('survives a crash at any moment: latest goes on from there', async () => {
    for (let steps = 1; steps <= 200; steps += 7) {
      const on = world(steps)
      await live(on, lines(60), { keep: 100, until: afterCheckpoints(5) })
      await live(on, lines(60), { restore: complete(on, 'lines')[2]!, every: 100_000, steps })
      const again = await live(on, lines(60))
      expect(again.error, `killed after ${steps} steps`).toBeNull()
      expect(textOf(on, out)).toBe(text(60))
    }
  })

  test('of a folder without a checkpoint fails', async () => {
    const on = world()
    const { error } = await live(on, lines(3), { restore: '/nowhere' })
    expect(error).toMatchObject({ code: 'NO_SNAPSHOT' })
    expect(error!.message).toContain('/nowhere')
  })
})

describe('a changed topology', () => {
  const job = (id: string, seed: number, keyed = true): Topology => {
    const stream = from(source('numbers', generate((i) => i, { count: 300 })))
    const sums = keyed ? stream.pipe(keyBy((n) => n % 3), scan((acc: number, n) => acc + n, seed, { id }), map(({ value }) => `${value}`)) : stream.pipe(map((n) => `${n}`))
    return topology(null, 'changing', sums.to(sink('out', writeLines(out))))
  }
  const after = async (next: Topology, options = {}) => {
    const on = world(2)
    await live(on, job('sums', 0), { until: afterCheckpoints(5) })
    const before = { text: textOf(on, out), checkpoints: complete(on, 'changing') }
    const life = await live(on, next, options)
    expect(textOf(on, out)).toBe(before.text)
    expect(complete(on, 'changing')).toEqual(before.checkpoints)
    return life.error
  }

  test('does not fit where a stage has another id: both are named, and nothing is overwritten', async () => {
    const error = await after(job('totals', 0))
    expect(error).toMatchObject({ code: 'SNAPSHOT_INCOMPATIBLE' })
    expect(error!.message).toContain("'sums'")
    expect(error!.message).toContain("'totals'")
  })

  test('does not fit where a stage is gone', async () => {
    const error = await after(job('sums', 0, false))
    expect(error).toMatchObject({ code: 'SNAPSHOT_INCOMPATIBLE' })
    expect(error!.message).toContain("'sums'")
  })

  test('does not fit where a stage of the same id is of another kind', async () => {
    const other = topology(null, 'changing', from(numbers(300)).pipe(keyBy((n) => n % 3), reduce((a, b) => a + b, { id: 'sums' }), map(({ value }) => `${value}`)).to(sink('out', writeLines(out))))
    const error = await after(other)
    expect(error).toMatchObject({ code: 'SNAPSHOT_INCOMPATIBLE' })
    expect(error!.message).toContain("'sums' was scan and is reduce")
  })

  test('does not fit where an aggregate of the same id computes something else', async () => {
    const over = (spec: Parameters<typeof aggregate>[0]): Topology =>
      topology(null, 'changing', from(numbers(300)).pipe(keyBy((n) => n % 3), aggregate(spec as { n: ReturnType<typeof count> }, { id: 'sums' }), map(({ value }) => JSON.stringify(value))).to(sink('out', writeLines(out))))
    const on = world(2)
    await live(on, over({ n: count() }), { until: afterCheckpoints(5) })
    const before = textOf(on, out)
    const { error } = await live(on, over({ n: sum((n: number) => n) }))
    expect(error).toMatchObject({ code: 'SNAPSHOT_INCOMPATIBLE' })
    expect(error!.message).toContain("'sums'")
    expect(textOf(on, out)).toBe(before)
  })

  test('does not fit with other key groups', async () => {
    const error = await after(job('sums', 0), { maxParallelism: 64 })
    expect(error).toMatchObject({ code: 'SNAPSHOT_INCOMPATIBLE' })
    expect(error!.message).toContain('maxParallelism')
  })
})

describe('stop()', () => {
  test('takes a last checkpoint, and the next run goes on there', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const on = world(seed)
      const stopped = await live(on, lines(300), { until: afterRecords(100), act: (job) => job.stop() })
      expect(stopped.summary!.records).toBeLessThan(300)
      expect(textOf(on, out)).toBe(text(stopped.summary!.results))
      const again = await live(on, lines(300))
      expect(startOf(again)!.records).toBe(stopped.summary!.records)
      expect(textOf(on, out)).toBe(text(300))
      expect(again.summary).toMatchObject({ records: 300, results: 300 })
    }
  })

  test('with a savepoint ends exactly there', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const on = world(seed)
      const stopped = await live(on, lines(300), { until: afterRecords(100), act: (job) => job.stop({ savepoint: '/saved/last' }) })
      const again = await live(on, lines(300), { restore: '/saved/last' })
      expect(startOf(again)!.records).toBe(stopped.summary!.records)
      expect(textOf(on, out)).toBe(text(300))
    }
  })

  test('with drain ends the input, and the job is finished', async () => {
    const on = world(2)
    const stopped = await live(on, lines(300), { until: afterRecords(100), act: (job) => job.stop({ drain: true }) })
    expect(stopped.summary!.records).toBeLessThan(300)
    expect(textOf(on, out)).toBe(text(stopped.summary!.records))
    expect(startOf(await live(on, lines(300)))!.from).toBe('finished')
  })

  test('without checkpoints publishes the file', async () => {
    const on = world(2)
    put(on, out, 'mine\n')
    const stopped = await live(on, lines(300), { every: null, until: afterRecords(100), act: (job) => job.stop() })
    expect(textOf(on, out)).toBe(text(stopped.summary!.results))
  })
})

describe('without checkpoints', () => {
  test('a file appears when the job ends, not before', async () => {
    const on = world(2)
    await live(on, lines(300), { every: null, until: afterRecords(290) })
    expect(textOf(on, out)).toBeUndefined()
    await live(on, lines(300), { every: null })
    expect(textOf(on, out)).toBe(text(300))
  })

  test('cancel leaves the target as it was', async () => {
    const on = world(2)
    put(on, out, 'mine\n')
    await live(on, lines(300), { every: null, until: afterRecords(100), act: (job) => job.cancel() })
    expect(textOf(on, out)).toBe('mine\n')
    expect(on.disk.paths()).toEqual([out])
  })

  test('a failure leaves the target as it was', async () => {
    const on = world(2)
    put(on, out, 'mine\n')
    const failing = { splits: () => [{ id: 'all' }], open: () => ({ poll: () => Promise.reject(new Error('the line is dead')), close: () => undefined }) }
    const life = await live(on, topology(null, 'lines', from(source('numbers', failing as never)).pipe(map((n) => `${n as number}`)).to(sink('out', writeLines(out)))), { every: null })
    expect(life.error).toMatchObject({ code: 'NO_SNAPSHOT' })
    expect(textOf(on, out)).toBe('mine\n')
    expect(on.disk.paths()).toEqual([out])
  })

  test('a bounded job starts again from nothing when a sink fails', async () => {
    const on = world(2)
    const sinkOf = writeLines(out)
    let failures = 0
    const shaky = {
      ...sinkOf,
      open: async (context: Parameters<typeof sinkOf.open>[0]) => {
        const writer = await sinkOf.open(context)
        let writes = 0
        const write = (records: never): unknown => {
          if (++writes === 20 && failures++ === 0) throw new Error('the disk is tired')
          return writer.write(records)
        }
        return { ...bound(writer), write }
      },
    }
    const life = await live(on, lines(300, shaky as never), { every: null })
    expect(life.summary).toMatchObject({ records: 300, results: 300, restarts: 1 })
    expect(textOf(on, out)).toBe(text(300))
  })
})

const bound = (writer: object): Record<string, unknown> =>
  Object.fromEntries(
    ['write', 'flush', 'prepare', 'commit', 'abort', 'close'].flatMap((name) => {
      const method = (writer as Record<string, unknown>)[name]
      return typeof method === 'function' ? [[name, (method as () => unknown).bind(writer)]] : []
    }),
  )

describe('over crashes and resumes', () => {
  const shaky = (n: number): string => {
    if (n % 10 === 3) throw new Error(`${n} is not taken`)
    return `line ${n}`
  }
  const job = () => topology(null, 'lines', from(numbers(100)).pipe(map(shaky, { id: 'shaky' })).to(sink('out', writeLines(out))))
  const twice = async (seed: number, options = {}) => {
    const on = world(seed)
    await live(on, job(), { until: afterRecords(35), ...options })
    await live(on, job(), { until: afterRecords(70), ...options })
    return { on, life: await live(on, job(), options) }
  }

  test('the counters are exact', async () => {
    for (let seed = 1; seed <= 10; seed++) expect((await twice(seed)).life.summary).toMatchObject({ records: 100, results: 90, late: 0, deadLetters: 10 })
  })

  test('the letters are exact', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { life } = await twice(seed)
      expect(life.job!.deadLetters().map((letter) => letter.record)).toEqual([3, 13, 23, 33, 43, 53, 63, 73, 83, 93])
    }
  })

  test('a job that had finished still has its letters and its counters', async () => {
    const { on } = await twice(1)
    const again = await live(on, job())
    expect(again.summary).toMatchObject({ records: 100, results: 90, deadLetters: 10 })
    expect(again.job!.deadLetters()).toHaveLength(10)
  })

  test('the oldest letters go beyond keep, and are counted', async () => {
    const { life } = await twice(1, { deadLetters: { keep: 4 } })
    expect(life.job!.deadLetters().map((letter) => letter.record)).toEqual([63, 73, 83, 93])
    expect(life.summary!.deadLetters).toBe(10)
  })

  test('a sink of dead letters gets each once', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const letters = committedSink<{ record: unknown }>()
      await twice(seed, { deadLetters: letters })
      expect(letters.committed.map((letter) => letter.record)).toEqual([3, 13, 23, 33, 43, 53, 63, 73, 83, 93])
    }
  })

  test('collect is emptied when a run begins', async () => {
    const on = world()
    const kept = collect<string>()
    await live(on, lines(20, kept as never))
    expect(kept.records).toHaveLength(20)
    await live(on, lines(5, kept as never), { restore: 'none' })
    expect(kept.records).toHaveLength(5)
  })

  test('another parallelism gives the same totals', async () => {
    const counts = () =>
      topology(null, 'counts', from(numbers(200)).pipe(keyBy((n) => n % 7), scan((count: number) => count + 1, 0, { id: 'count' }), map(({ key, value }) => `${key}: ${value}`)).to(sink('out', writeLines(out))))
    const expected = Array.from({ length: 200 }, (_, i) => `${i % 7}: ${Math.floor(i / 7) + 1}`).sort()
    for (const order of [[1, 4, 2], [4, 2, 1]]) {
      const on = world(order[0]!)
      await live(on, counts(), { parallelism: order[0]!, until: afterRecords(60) })
      await live(on, counts(), { parallelism: order[1]!, until: afterRecords(120) })
      const last = await live(on, counts(), { parallelism: order[2]! })
      expect(last.summary).toMatchObject({ records: 200, results: 200 })
      expect(textOf(on, out)!.trimEnd().split('\n').sort()).toEqual(expected)
    }
  })
})

describe('two processes', () => {
  test('do not run one job on one store: the second is told who holds it', async () => {
    const on = world()
    const locks: (MillraceError | null)[] = []
    await live(on, lines(300), {
      until: afterRecords(50),
      act: async (job) => {
        locks.push((await live(on, lines(300), { shares: true })).error)
        await job.completed
      },
    })
    expect(locks).toMatchObject([{ code: 'STORE_LOCKED', message: expect.stringContaining('simulated process 1') }])
    expect(textOf(on, out)).toBe(text(300))
  })

  test('follow one another when the first has died', async () => {
    const on = world()
    await live(on, lines(300), { until: afterRecords(50) })
    expect((await live(on, lines(300))).summary).toMatchObject({ records: 300 })
  })
})

describe('a savepoint that cannot be written', () => {
  test('is refused to who asked for it, and the job goes on and ends right', async () => {
    const on = world(4)
    const life = await live(on, lines(300), { until: afterRecords(50), act: async (job) => (await job.savepoint('/saved/one'), job.savepoint('/saved/one')) })
    expect(life.answer).toMatchObject({ code: 'CHECKPOINT_FAILED', message: expect.stringContaining('/saved/one') })
    expect(life.summary).toMatchObject({ records: 300, results: 300 })
    expect(textOf(on, out)).toBe(text(300))
  })
})

describe('keep', () => {
  test('is how many checkpoints there are', async () => {
    const on = world()
    await live(on, lines(300), { keep: 2 })
    expect(complete(on, 'lines')).toHaveLength(2)
  })
})

describe('a checkpoint that fails', () => {
  test('for want of time is reported, and the job goes on and ends right', async () => {
    const on = world()
    const sinkOf = writeLines(out)
    let slow = 2
    const lazy = {
      ...sinkOf,
      open: async (context: Parameters<typeof sinkOf.open>[0]) => {
        const writer = bound(await sinkOf.open(context)) as { prepare: (checkpoint: number) => Promise<unknown> }
        const prepare = async (checkpoint: number): Promise<unknown> => {
          if (checkpoint > 0 && slow-- > 0) await new Promise<void>((resolve) => void context.env.scheduler.after(60, resolve))
          return writer.prepare(checkpoint)
        }
        return { ...writer, prepare }
      },
    }
    const life = await live(on, lines(300, lazy as never), { timeout: 30 })
    expect(life.events).toContainEqual(expect.objectContaining({ type: 'checkpoint-failed', error: expect.objectContaining({ code: 'CHECKPOINT_FAILED' }) }))
    expect(life.summary).toMatchObject({ records: 300, results: 300, restarts: 0 })
    expect(textOf(on, out)).toBe(text(300))
  })

  test('takes what it had written with it, before another one is complete', async () => {
    const on = world()
    const second = `${checkpointsIn}/lines/000001-00000002`
    const wrote = (): boolean => on.disk.paths().some((path) => path.startsWith(`${second}/`))
    let wasThere = false
    const until = (_: Job, events: readonly JobEvent[]): boolean => {
      if (taken(events) === 2) on.disk.createFolder(`${second}/manifest.json.tmp`)
      wasThere ||= wrote()
      return events.some(({ type }) => type === 'checkpoint-failed') && !wrote()
    }
    const life = await live(on, lines(300), { until })
    expect(wasThere).toBe(true)
    expect(life.summary).toBeNull()
    expect(taken(life.events)).toBe(2)
  })
})

describe('on a disk that fails now and then', () => {
  const seeds = Array.from({ length: 200 }, (_, i) => i + 1)
  test('a job ends right or fails with a code, and what it has put out is right as far as it goes', { timeout: 60_000 }, async () => {
    let failed = 0
    for (const seed of seeds) {
      const on = world(seed, { ioErrors: [0.002, 0.01, 0.05][seed % 3]! })
      const life = await live(on, lines(60), { batchRows: 4 })
      if (life.error === null) expect(textOf(on, out), `seed ${seed}`).toBe(text(60))
      else {
        failed++
        expect(life.error.code, `seed ${seed}: ${life.error.stack}`).toMatch(/^[A-Z_]+$/)
        expect(text(60).startsWith(textOf(on, out) ?? ''), `seed ${seed}: ${textOf(on, out)}`).toBe(true)
      }
    }
    expect(failed).toBeGreaterThan(0)
    expect(failed).toBeLessThan(seeds.length)
  })

  test('the next run, on a disk that works, ends right', { timeout: 60_000 }, async () => {
    for (const seed of seeds) {
      const faults = { ioErrors: [0.01, 0.05, 0.1][seed % 3]! }
      const on = world(seed, faults)
      await live(on, lines(60), { batchRows: 4, ...(seed % 2 === 0 ? { steps: 40 + seed * 2 } : {}) })
      faults.ioErrors = 0
      const again = await live(on, lines(60), { batchRows: 4 })
      expect(again.error, `seed ${seed}`).toBeNull()
      expect(textOf(on, out), `seed ${seed}`).toBe(text(60))
    }
  })
})
