import { describe, expect, test } from 'vitest'
import {
  aggregate, aggregator, average, broadcast, count, discard, eventTime, filter, first, from, fromArray, isolate, keyBy, map, max, merge,
  MillraceError, min, oneForOne, parallelism, partition, range, rebalance, scan, session, sideOutput, sink, sliding, source, sum, take, topology,
  tumbling, window,
} from 'millrace'
import type { DataStream, Flow, Topology } from 'millrace'
import { topologyNode } from '../../lib/api/topology.ts'
import { buildPlan } from '../../lib/plan/build-plan.ts'
import type { PlanOptions } from '../../lib/plan/build-plan.ts'
import { statefulParts } from '../../lib/plan/plan.ts'
import type { Plan } from '../../lib/plan/plan.ts'

const input = (id = 'numbers', options: { parallelism?: number } = {}): DataStream<number> => from(source(id, fromArray<number>([]), options))
const out = (id = 'out') => sink<unknown>(id, discard())
const planOf = (built: Topology, options: Partial<PlanOptions> = {}): Plan =>
  buildPlan(topologyNode(built)!, { parallelism: 1, maxParallelism: 128, checkpoints: false, combine: true, supervision: null, ...options })
const plan = (flows: Flow | readonly Flow[], options: Partial<PlanOptions> = {}): Plan => planOf(topology(null, 'planned', ...[flows].flat()), options)
/** `id ×parallelism: stages`, but for the dead letters. */
const vertices = ({ vertices: all }: Plan): string[] =>
  all.filter((vertex) => !vertex.isDeadLetters).map((vertex) => `${vertex.id} ×${vertex.parallelism}: ${vertex.steps.map((step) => step.id).join(' ')}`)
const edges = ({ vertices: all }: Plan): string[] =>
  all.flatMap((vertex) => vertex.outputs.filter((edge) => !edge.to.isDeadLetters).map((edge) => `${edge.from.id} ${edge.routing} ${edge.to.id}${edge.port === '' ? '' : ` [${edge.port}]`}`))
const faultOf = (make: () => unknown): MillraceError => {
  try {
    make()
  } catch (error) {
    expect(error).toBeInstanceOf(MillraceError)
    return error as MillraceError
  }
  throw new Error('the plan was built')
}

describe('fusion', () => {
  test('stages joined one to one run in the actor of their source', () => {
    const built = plan(input().pipe(map((n) => n), filter((n) => n > 0), take(3, { id: 'three' })).to(out()))
    expect(vertices(built)).toEqual(['numbers ×1: numbers.map numbers.filter three', 'out ×1: '])
    expect(edges(built)).toEqual(['numbers forward out'])
  })

  test('a boundary begins a new actor, and its selector runs in the one before', () => {
    const built = plan(input().pipe(map((n) => n), keyBy((n) => n), aggregate(count(), { id: 'n' }), isolate(), map((r) => r)).to(out()), { parallelism: 2 })
    expect(vertices(built)).toEqual(['numbers ×2: numbers.map numbers.keyBy', 'n ×2: n', 'n.map ×2: n.map', 'out ×1: '])
    expect(edges(built)).toEqual(['numbers key n', 'n forward n.map', 'n.map gather out'])
  })

  test('a stream with two readers is not fused with either', () => {
    const shared = input().pipe(map((n) => n))
    const built = plan([shared.pipe(map((n) => n + 1)).to(out('a')), shared.pipe(map((n) => n + 2)).to(out('b'))])
    expect(vertices(built)).toEqual(['numbers ×1: numbers.map', 'numbers.map-2 ×1: numbers.map-2', 'numbers.map-3 ×1: numbers.map-3', 'a ×1: ', 'b ×1: '])
  })

  test('another parallelism begins a new actor', () => {
    const built = plan(input().pipe(map((n) => n, { parallelism: 3 }), parallelism(2), map((n) => n)).to(out()))
    expect(vertices(built)).toEqual(['numbers ×1: ', 'numbers.map ×3: numbers.map', 'numbers.map-2 ×2: numbers.map-2', 'out ×1: '])
    expect(edges(built)).toEqual(['numbers spread numbers.map', 'numbers.map spread numbers.map-2', 'numbers.map-2 gather out'])
  })

  test('a stage with state on a stream without keys is one instance, at any parallelism', () => {
    const built = plan(input().pipe(take(3, { id: 'three' }), map((n) => n)).to(out()), { parallelism: 4 })
    expect(vertices(built)).toEqual(['numbers ×4: ', 'three ×1: three numbers.map'.replace('numbers.map', 'three.map'), 'out ×1: '])
  })

  test('a range by sample is one instance before many, and keeps its sample under its id', () => {
    const built = plan(input().pipe(partition(range.sampled(9, (n) => n), { id: 'cut' }), map((n) => n)).to(out()), { parallelism: 4, checkpoints: true })
    expect(vertices(built)).toEqual(['numbers ×4: ', 'cut ×1: cut', 'cut.map ×4: cut.map', 'out ×1: '])
    expect(edges(built)).toEqual(['numbers gather cut', 'cut route cut.map', 'cut.map gather out'])
    expect(statefulParts(built)).toContainEqual({ id: 'cut', kind: 'partition', schema: 'sampled range 9 v1', state: 'stage', parallelism: 1 })
  })

  test('a branch that feeds eventTime is spread by split, so that order within a split is kept', () => {
    const built = plan(input('numbers', { parallelism: 4 }).pipe(parallelism(2), eventTime((n) => n)).to(out()))
    expect(edges(built)).toEqual(['numbers origin numbers.eventTime', 'numbers.eventTime gather out'])
    expect(built.vertices[0]!.outputs[0]!.carriesOrigins).toBe(true)
  })

  test('where one instance stands before keyBy and one behind it, they are one chain', () => {
    const flow = input().pipe(keyBy((n) => n), map((n) => n)).to(out())
    expect(vertices(plan(flow))).toEqual(['numbers ×1: numbers.keyBy numbers.map', 'out ×1: '])
    expect(edges(plan(flow, { parallelism: 2 }))).toContain('numbers key numbers.map')
  })

  test('rebalance and broadcast go in turn and to all', () => {
    const built = plan(input().pipe(rebalance(), map((n) => n), broadcast(), map((n) => n)).to(out()), { parallelism: 2 })
    expect(edges(built)).toEqual(['numbers spread numbers.map', 'numbers.map broadcast numbers.map-2', 'numbers.map-2 gather out'])
  })

  test('merge has no actor of its own', () => {
    const built = plan(merge(input('a'), input('b')).pipe(map((n) => n)).to(out()))
    expect(vertices(built)).toEqual(['a ×1: ', 'b ×1: ', 'a+b.map ×1: a+b.map', 'out ×1: '])
    expect(edges(built)).toEqual(['a forward a+b.map', 'b forward a+b.map', 'a+b.map forward out'])
  })

  test('late records leave by their own port where somebody reads them', () => {
    const late = sideOutput<number>('late')
    const counts = input().pipe(eventTime((n) => n), keyBy((n) => n), window(tumbling(10), { lateTo: late }), aggregate(count(), { id: 'n' }))
    expect(edges(plan([counts.to(out()), from(late).to(out('late-out'))]))).toEqual(['numbers forward out', 'numbers forward late-out [late]'])
    expect(plan(counts.to(out('only'))).vertices[0]!.steps.find((step) => step.id === 'n')!.lateTo).toBeNull()
  })

  test('what is joined is one region, what is not is another, each with dead letters of its own', () => {
    const built = plan([input('a').to(out('x')), input('b').to(out('y'))])
    expect(built.regions).toBe(2)
    expect(built.vertices.map((vertex) => `${vertex.id} ${vertex.region}`)).toEqual(['a 0', 'b 1', 'x 0', 'y 1', '#dead-letters-0 0', '#dead-letters-1 1'])
  })
})

describe('a windowed aggregate behind a shuffle', () => {
  type Planned = Parameters<typeof planOf>[1]
  const timed = (options: Parameters<typeof eventTime<number>>[1] = {}) => input().pipe(eventTime((n) => n, options), keyBy((n) => n % 3))
  const fold = (spec: Parameters<typeof aggregate>[0] = count(), options = {}) => aggregate(spec, { id: 'fold', ...options })
  const sum1 = sum((n: number) => n)
  const combines = (flows: Flow | readonly Flow[], options: Planned = {}): boolean =>
    plan(flows, { parallelism: 2, ...options }).vertices.some((vertex) => vertex.steps.some((step) => step.kind === 'combine'))

  test('is combined at the end of each sender’s chain, at no other place', () => {
    const built = plan(timed().pipe(window(tumbling(10)), aggregate(count(), { id: 'fold' }), map((r) => r)).to(out()), { parallelism: 2 })
    expect(vertices(built)).toEqual(['numbers ×2: numbers.eventTime numbers.keyBy fold', 'fold ×2: fold fold.map', 'out ×1: '])
    expect(built.vertices[0]!.steps[2]).toMatchObject({ kind: 'combine', state: null })
    expect(statefulParts(built).filter(({ id }) => id === 'fold')).toHaveLength(1)
  })

  test.each<[string, Parameters<typeof aggregate>[0]]>([
    ['count', count()],
    ['an object of sums and the like', { n: count(), of: { total: sum1, mean: average((n: number) => n) }, low: min((n: number) => n), high: max((n: number) => n) }],
  ] as never)('with %s, tumbling or sliding', (_, spec) => {
    for (const form of [tumbling(10), sliding(10, 3), sliding(10, 10)]) expect(combines(timed().pipe(window(form), fold(spec)).to(out()))).toBe(true)
  })

  test('where one sender leads to several receivers, and several to one', () => {
    const wide = (receivers: number) => input().pipe(eventTime((n) => n), keyBy((n) => n, { parallelism: receivers }), window(tumbling(10)), fold()).to(out())
    expect([1, 3].map((senders) => combines(wide(4 - senders), { parallelism: senders }))).toEqual([true, true])
    expect(combines(wide(1), { parallelism: 1 })).toBe(false)
  })

  test.each<[string, () => Flow | readonly Flow[], Planned?]>([
    ['that the run does not want combined', () => timed().pipe(window(tumbling(10)), fold()).to(out()), { combine: false }],
    ['without windows', () => timed().pipe(fold()).to(out())],
    ['whose windows have gaps', () => timed().pipe(window(sliding(5, 10)), fold()).to(out())],
    ['over sessions', () => timed().pipe(window(session(10)), fold()).to(out())],
    ['that depends on the order of records', () => timed().pipe(window(tumbling(10)), fold({ n: count(), one: first() })).to(out())],
    ['that merges by a function of the user', () => timed().pipe(window(tumbling(10)), fold(aggregator({ init: () => 0, add: (a: number) => a + 1, merge: (a, b) => a + b, result: (a) => a, commutative: true }))).to(out())],
    ['on the clock', () => input().pipe(keyBy((n) => n), window(tumbling(10)), fold()).to(out())],
    ['whose senders may be idle', () => timed({ idleAfter: 5 }).pipe(window(tumbling(10)), fold()).to(out())],
    ['behind a window whose senders may be idle', () => timed({ idleAfter: 5 }).pipe(window(session(10)), aggregate(count(), { id: 'first' }), keyBy((r) => r.key), window(tumbling(10)), fold()).to(out())],
    ['that may be stopped', () => timed().pipe(window(tumbling(10)), fold(count(), { supervision: oneForOne({ decide: () => 'stop' }) })).to(out())],
    ['with a stage behind it that may be stopped', () => timed().pipe(window(tumbling(10)), aggregate(count(), { id: 'fold' }), map((r) => r, { supervision: oneForOne({ decide: () => 'stop' }) })).to(out())],
    ['in a run that may stop it', () => timed().pipe(window(tumbling(10)), fold()).to(out()), { supervision: oneForOne({ decide: () => 'stop' }) }],
    ['beside another reader of the keyed stream', () => {
      const keyed = timed()
      return [keyed.pipe(window(tumbling(10)), fold()).to(out('a')), keyed.pipe(scan((n) => n, 0, { id: 'other' })).to(out('b'))]
    }],
  ])('%s is not', (_, flows, options = {}) => {
    expect(combines(flows(), options)).toBe(false)
  })

  test('under a strategy that never stops anything is', () => {
    expect(combines(timed().pipe(window(tumbling(10)), fold()).to(out()), { supervision: oneForOne({ attempts: 1 }) })).toBe(true)
  })
})

describe('ids', () => {
  test('come from the nearest named ancestor, the kind, and a number where it is not the first', () => {
    const flow = input().pipe(map((n) => n), map((n) => n), filter(() => true, { id: 'some' }), map((n) => n)).to(out())
    expect(vertices(plan(flow))[0]).toBe('numbers ×1: numbers.map numbers.map-2 some some.map')
  })

  test('a keyBy and its selector share one', () => {
    const built = plan(input().pipe(keyBy((n) => n, { id: 'by-n' }), map((n) => n)).to(out()), { parallelism: 2 })
    expect(vertices(built)).toEqual(['numbers ×2: by-n', 'by-n.map ×2: by-n.map', 'out ×1: '])
  })
})

describe('faults', () => {
  const behindShuffle = () => input().pipe(rebalance(), eventTime((n) => n)).to(out())

  test('eventTime behind a shuffle is refused, with its place', () => {
    expect(faultOf(() => plan(behindShuffle()))).toMatchObject({ code: 'TOPOLOGY_INVALID', site: expect.stringMatching(/^plan\.spec\.ts:\d+$/) })
  })

  test('eventTime that only assigns times may stand behind a shuffle', () => {
    expect(() => plan(input().pipe(rebalance(), eventTime((n) => n, { timestampsOnly: true })).to(out()))).not.toThrow()
  })

  test('an id used twice is refused, and the other place named', () => {
    const flow = input().pipe(map((n) => n, { id: 'same' }), filter(() => true, { id: 'same' })).to(out())
    const fault = faultOf(() => plan(flow))
    expect(fault.code).toBe('ID_DUPLICATE')
    expect(fault.message).toMatch(/'same' is used twice, also at plan\.spec\.ts:\d+/)
  })

  test('two sources, a source and a sink, two sinks cannot share an id', () => {
    expect(faultOf(() => plan(merge(input('a'), input('a')).to(out()))).code).toBe('ID_DUPLICATE')
    expect(faultOf(() => plan(input('a').to(out('a')))).code).toBe('ID_DUPLICATE')
    expect(faultOf(() => plan([input('a').to(out('x')), input('b').to(out('x'))])).code).toBe('ID_DUPLICATE')
  })

  test('state without an id is refused only where checkpoints are on', () => {
    // Types ask for the id; JavaScript may leave it out.
    const flow = input().pipe(take(3, {} as { id: string })).to(out())
    expect(() => plan(flow)).not.toThrow()
    expect(faultOf(() => plan(flow, { checkpoints: true }))).toMatchObject({ code: 'ID_MISSING' })
  })

  test('a range by sample without an id is refused where checkpoints are on', () => {
    const flow = input().pipe(partition(range.sampled(9, (n) => n))).to(out())
    expect(() => plan(flow)).not.toThrow()
    expect(faultOf(() => plan(flow, { checkpoints: true }))).toMatchObject({ code: 'ID_MISSING' })
  })

  test('merge of a stream with event time and one without is refused', () => {
    expect(faultOf(() => plan(merge(input('a').pipe(eventTime((n) => n)), input('b')).to(out()))).code).toBe('TOPOLOGY_INVALID')
  })

  test('a side output that no stage writes to is refused', () => {
    expect(faultOf(() => plan(from(sideOutput<number>('late')).to(out()))).message).toContain("no stage writes to the side output 'late'")
  })

  test('two sinks of one target are refused', () => {
    const to = (id: string) => sink<unknown>(id, { ...discard(), target: '/same' })
    const numbers = input()
    expect(faultOf(() => plan([numbers.to(to('x')), numbers.to(to('y'))])).message).toContain("sinks 'x' and 'y' both write /same")
  })

  test('all are reported at once, each with its place', () => {
    const flows = [behindShuffle(), input('other').pipe(map((n) => n, { id: 'same' }), filter(() => true, { id: 'same' }), take(1, {} as { id: string })).to(out('out-2'))]
    const fault = faultOf(() => plan(flows, { checkpoints: true }))
    expect(fault.code).toBe('TOPOLOGY_INVALID')
    expect(fault.message.replaceAll(/plan\.spec\.ts:\d+/g, 'PLACE').split('\n')).toMatchInlineSnapshot(`
      [
        "TOPOLOGY_INVALID: topology 'planned' (PLACE) has 3 faults:",
        "  - eventTime stands behind a shuffle, where the splits of its source are mixed; put it before keyBy or partition (at PLACE)",
        "  - ID_DUPLICATE: the id 'same' is used twice, also at PLACE (at PLACE)",
        "  - ID_MISSING: take keeps state and has no id (at PLACE)",
        "  Correct each stage the message names.",
      ]
    `)
  })

  test('a window behind a window with allowed lateness is a warning', () => {
    const flow = input()
      .pipe(eventTime((n) => n), keyBy((n) => n), window(tumbling(10), { allowedLateness: 5 }), aggregate(count(), { id: 'n' }), keyBy(() => 0), window(tumbling(100)), aggregate(count(), { id: 'm' }))
      .to(out())
    expect(plan(flow).warnings).toEqual([expect.stringMatching(/^'m' \(plan\.spec\.ts:\d+\) stands behind a window with allowed lateness/)])
  })
})

describe('the fingerprint', () => {
  const build = (size = 10, name = 'n', field = 'total'): Topology =>
    topology(
      null,
      'printed',
      input().pipe(eventTime((n) => n), keyBy((n) => n % 3), window(sliding(size, 5)), aggregate({ [field]: sum((n: number) => n) }, { id: name })).to(out()),
    )

  test('is the same each time, whatever the parallelism', () => {
    const prints = [planOf(build()), planOf(build()), planOf(build(), { parallelism: 7 }), planOf(build(), { checkpoints: true })].map((built) => built.fingerprint)
    expect(new Set(prints).size).toBe(1)
    expect(prints[0]).toMatch(/^[0-9a-f]{16}$/)
  })

  test('differs where a setting, an id, a field or the wiring differs', () => {
    const wired = topology(null, 'printed', input().pipe(keyBy((n) => n % 3), scan((a, n) => a + n, 0, { id: 'n' })).to(out()))
    const prints = [build(), build(20), build(10, 'm'), build(10, 'n', 'sum'), wired].map((built) => planOf(built).fingerprint)
    expect(new Set(prints).size).toBe(prints.length)
  })
})
