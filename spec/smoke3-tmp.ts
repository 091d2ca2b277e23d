import { verifyOperator } from '../lib/testing/verify-operator.ts'
import { map } from '../lib/operators/map.ts'
import { filter } from '../lib/operators/filter.ts'
import { flatMap } from '../lib/operators/flat-map.ts'
import { take } from '../lib/operators/take.ts'
import { skip } from '../lib/operators/skip.ts'
import { keyBy } from '../lib/operators/key-by.ts'
import { scan } from '../lib/operators/scan.ts'
import { reduce } from '../lib/operators/reduce.ts'
import { isolate } from '../lib/operators/isolate.ts'
import { eventTime } from '../lib/operators/event-time.ts'
import type { DataStream } from '../lib/api/stream.ts'
const time = async (name: string, f: () => Promise<void>) => { const t = performance.now(); try { await f(); console.log(name, 'ok', (performance.now() - t).toFixed(0)) } catch (e) { console.log(name, 'FAIL', e) } }
await time('map', () => verifyOperator((s: DataStream<number>) => s.pipe(map((n) => { if (n === 3) throw new Error('three'); return n * 2 })), { input: [1, 2, 3, 4, 5], expected: [2, 4, 8, 10], fails: [3] }))
await time('filter', () => verifyOperator((s: DataStream<number>) => s.pipe(filter((n) => n % 2 === 0), isolate(), map((n) => n)), { input: [1, 2, 3, 4, 5], expected: [2, 4] }))
await time('flatMap', () => verifyOperator((s: DataStream<number>) => s.pipe(flatMap((n) => (function* () { for (let i = 0; i < n; i++) yield `${n}.${i}` })())), { input: [1, 0, 3], expected: ['1.0', '3.0', '3.1', '3.2'] }))
await time('take', () => verifyOperator((s: DataStream<number>) => s.pipe(take(3, { id: 'first' })), { input: [1, 2, 3, 4, 5], expected: [1, 2, 3] }))
await time('take-iso', () => verifyOperator((s: DataStream<number>) => s.pipe(isolate(), take(3, { id: 'first' })), { input: [1, 2, 3, 4, 5], expected: [1, 2, 3] }))
await time('skip', () => verifyOperator((s: DataStream<number>) => s.pipe(skip(3, { id: 'first' })), { input: [1, 2, 3, 4, 5], expected: [4, 5] }))
await time('scan', () => verifyOperator((s: DataStream<number>) => s.pipe(keyBy((n) => n % 2), scan((acc, n) => acc + n, 0, { id: 'sum' })), { input: [1, 2, 3, 4, 5], expected: [{ key: 1, value: 1 }, { key: 0, value: 2 }, { key: 1, value: 4 }, { key: 0, value: 6 }, { key: 1, value: 9 }] }))
await time('scan object', () => verifyOperator((s: DataStream<number>) => s.pipe(keyBy((n) => n % 2), scan((acc: { sum: number }, n) => { acc.sum += n; if (n === 3) throw new Error('three'); return acc }, { sum: 0 }, { id: 'sum' })), { input: [1, 2, 3, 4, 5], expected: [{ key: 1, value: { sum: 1 } }, { key: 0, value: { sum: 2 } }, { key: 0, value: { sum: 6 } }, { key: 1, value: { sum: 6 } }], fails: [3] }))
await time('reduce', () => verifyOperator((s: DataStream<number>) => s.pipe(keyBy((n) => n % 2), reduce((a, b) => a + b, { id: 'sum' })), { input: [1, 2, 3, 4, 5], expected: [{ key: 1, value: 1 }, { key: 0, value: 2 }, { key: 1, value: 4 }, { key: 0, value: 6 }, { key: 1, value: 9 }] }))
await time('eventTime', () => verifyOperator((s: DataStream<number>) => s.pipe(isolate(), eventTime((n) => n)), { input: [1, 2, NaN, 4, 5], expected: [1, 2, 4, 5], fails: [NaN] }))
