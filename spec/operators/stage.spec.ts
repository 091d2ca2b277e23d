import { describe, expect, test } from 'vitest'
import { handleOf } from '../../lib/api/stream.ts'
import { sideOutput } from '../../lib/api/topology.ts'
import { aggregate } from '../../lib/operators/aggregate.ts'
import { eventTime } from '../../lib/operators/event-time.ts'
import { isolate } from '../../lib/operators/isolate.ts'
import { keyBy } from '../../lib/operators/key-by.ts'
import { map } from '../../lib/operators/map.ts'
import { parallelism } from '../../lib/operators/parallelism.ts'
import { reduce } from '../../lib/operators/reduce.ts'
import { scan } from '../../lib/operators/scan.ts'
import { take } from '../../lib/operators/take.ts'
import { window } from '../../lib/operators/window.ts'
import { count, sum } from '../../lib/windows/aggregate-spec.ts'
import { session, sliding, tumbling } from '../../lib/windows/assigner.ts'
import { stageOf, stream } from './fake-context.ts'

const keyed = () => stream<number>().pipe(keyBy((n) => n))
const invalidOption = (message: RegExp) => expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(message) })
const thrown = (fn: () => unknown): unknown => {
  try {
    fn()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('a stage', () => {
  test('used twice makes two nodes', () => {
    const twice = map((n: number) => n + 1)
    const input = stream<number>()
    expect(handleOf(twice(input), '').node).not.toBe(handleOf(twice(input), '').node)
  })

  test('remembers the line it was written on', () => {
    const [, line] = /stage\.spec\.ts:(\d+)/.exec(new Error('here').stack ?? '') ?? []
    const stage = map((n: number) => n)
    expect(stageOf(stage(stream<number>())).site).toBe(`stage.spec.ts:${Number(line) + 1}`)
  })

  test('refuses an option it does not know, and lists those it does', () => {
    const error = thrown(() => map((n: number) => n, { paralelism: 2 } as object))
    expect(error).toEqual(invalidOption(/map has no option 'paralelism'.*\n.*id, name, supervision, parallelism, pure/s))
    expect((error as { site: string }).site).toMatch(/^stage\.spec\.ts:\d+$/)
  })

  test.each([
    [{ id: 'a b' }, /id of map/],
    [{ id: '' }, /id of map/],
    [{ parallelism: 0 }, /parallelism of map must be a whole number of at least 1, not 0/],
    [{ parallelism: 1.5 }, /parallelism of map/],
    [{ pure: 'yes' }, /pure of map/],
    [{ supervision: 'restart' }, /supervision of map/],
    [[], /options of map/],
  ])('refuses %j', (options, message) => {
    expect(thrown(() => map((n: number) => n, options as object))).toEqual(invalidOption(message))
  })

  test('refuses what is no function', () => {
    expect(thrown(() => map('x' as never))).toEqual(invalidOption(/argument of map must be a function, not "x"/))
  })

  test('behind window names the stages that belong there', () => {
    const error = thrown(() => keyed().pipe(window(tumbling(10)), map((n) => n) as never))
    expect(error).toMatchObject({ code: 'TOPOLOGY_INVALID', message: expect.stringContaining('reduce, aggregate or scan') })
  })
})

describe('a grouped stage', () => {
  test('on a stream without keys names keyBy', () => {
    const stage = scan((n: number, r: number) => n + r, 0, { id: 'a' }) as never
    expect(thrown(() => stream<number>().pipe(stage))).toMatchObject({ code: 'TOPOLOGY_INVALID', message: expect.stringContaining('keyBy') })
  })

  test('behind keyBy keeps state per key, behind window it is of that window', () => {
    const flat = stageOf(keyed().pipe(reduce((a, b) => a + b, { id: 'r' })))
    expect(flat).toMatchObject({ kind: 'reduce', state: 'key', schema: 'reduce v2', window: null })
    const windowed = stageOf(keyed().pipe(window(tumbling(10_000), { allowedLateness: 5 }), reduce((a, b) => a + b, { id: 'r' })))
    expect(windowed).toMatchObject({ kind: 'reduce', state: 'key', schema: 'tumbling 10000+0 L5 reduce v2' })
    expect(windowed.window).toMatchObject({ allowedLateness: 5, lateTo: null, assigner: { kind: 'tumbling' } })
  })

  test('has a schema that tells layouts and windows apart', () => {
    const spec = { n: count(), 'a total': sum((n: number) => n) }
    const schema = (assigner: Parameters<typeof window>[0]) => stageOf(keyed().pipe(window(assigner), aggregate(spec, { id: 'a' }))).schema
    expect(schema(sliding(10, 5, { offset: -2 }))).toBe('sliding 10/5-2 L0 aggregate {n:count,"a total":sum} v2')
    expect(schema(session(7))).toBe('session 7 L0 aggregate {n:count,"a total":sum} v2')
    expect(schema(session(() => 7))).toBe('session by record L0 aggregate {n:count,"a total":sum} v2')
  })

  test('names the side output of its late records', () => {
    const late = sideOutput<number>('late')
    const { sides } = stageOf(keyed().pipe(window(tumbling(10), { lateTo: late }), aggregate(count(), { id: 'n' })))
    expect(sides.map((side) => side.id)).toEqual(['late'])
  })

  test('scan behind a session window is refused', () => {
    const build = () => keyed().pipe(window(session(10)), scan((n, r) => n + r, 0, { id: 's' }))
    expect(thrown(build)).toMatchObject({ code: 'TOPOLOGY_INVALID', operatorId: 's' })
  })

  test.each([null, 7, {}, { n: 7 }, 'count'])('aggregate refuses %j', (spec) => {
    expect(thrown(() => aggregate(spec as never, { id: 'a' }))).toEqual(invalidOption(/aggregate was given/))
  })

  test('a seed that cannot be copied is refused where it is written', () => {
    expect(thrown(() => scan((a: unknown) => a, new WeakMap(), { id: 's' }))).toMatchObject({ code: 'VALUE_NOT_TRANSFERABLE' })
  })
})

describe('window', () => {
  test.each([
    [{ trigger: {} }, /no option 'trigger' in this version/],
    [{ mode: 'discarding' }, /no option 'mode' in this version/],
    [{ allowedLateness: -1 }, /allowedLateness/],
    [{ allowedLateness: 0.5 }, /allowedLateness/],
    [{ allowedLateness: Infinity }, /allowedLateness/],
    [{ lateTo: 'late' }, /lateTo was given "late"/],
  ])('refuses %j', (options, message) => {
    expect(thrown(() => window(tumbling(10), options as never))).toEqual(invalidOption(message))
  })

  test('refuses an assigner of another version', () => {
    expect(thrown(() => window({ assign: () => [] } as never))).toEqual(invalidOption(/where an assigner belongs/))
  })

  test('on a stream without keys names keyBy', () => {
    expect(thrown(() => stream<number>().pipe(window(tumbling(10)) as never))).toMatchObject({ code: 'TOPOLOGY_INVALID' })
  })
})

describe('boundaries', () => {
  test('isolate and parallelism cut the chain and route nothing', () => {
    expect(handleOf(stream().pipe(isolate()), '').node).toMatchObject({ kind: 'isolate', routing: null, selector: null })
    expect(handleOf(stream().pipe(parallelism(3)), '').node).toMatchObject({ kind: 'parallelism', routing: null, options: { parallelism: 3 } })
  })

  test('parallelism must be a whole number above 0', () => {
    expect(thrown(() => parallelism(0))).toEqual(invalidOption(/parallelism/))
  })
})

describe('numbers', () => {
  test.each([-1, 1.5, NaN, '3', undefined])('take refuses %s', (n) => {
    expect(thrown(() => take(n as number))).toEqual(invalidOption(/n of take/))
  })

  test.each([{ outOfOrderness: -1 }, { outOfOrderness: NaN }, { idleAfter: 0 }, { idleAfter: '1' }, { timestampsOnly: 1 }, { idle: 3 }])(
    'eventTime refuses %j',
    (options) => {
      expect(thrown(() => eventTime((n: number) => n, options as object))).toEqual(invalidOption(/./))
    },
  )
})
