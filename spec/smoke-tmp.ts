import { topology, source, sink, from } from '../lib/api/topology.ts'
import { map } from '../lib/operators/map.ts'
import { filter } from '../lib/operators/filter.ts'
import { keyBy } from '../lib/operators/key-by.ts'
import { scan } from '../lib/operators/scan.ts'
import { fromArray } from '../lib/connectors/memory/from-array.ts'
import { collect } from '../lib/connectors/memory/collect.ts'
import { run } from '../lib/runtime/job.ts'
import { simulatedRun } from '../lib/testing/simulated-run.ts'
import { committedSink } from '../lib/testing/committed-sink.ts'
import { explain } from '../lib/plan/explain.ts'
const numbers = source('numbers', fromArray(Array.from({ length: 3000 }, (_, i) => i)))
const out = collect<{key: string, value: number}>()
const t = topology(null, 'smoke', from(numbers).pipe(map((n) => n * 2), filter((n) => n % 3 !== 0), keyBy((n) => `k${n % 5}`), scan((a, n) => a + n, 0, { id: 'sum' })).to(sink('out', out)))
console.log(explain(t, { parallelism: 2 }))
const job = await run(t, {parallelism: 1})
console.log(await job.completed, out.records.length, out.records.at(-1))
const job2 = await run(t, {parallelism: 3})
console.log(await job2.completed, out.records.length)
for (let seed = 0; seed < 40; seed++) {
  const c = committedSink<{key: string, value: number}>()
  const small = source('numbers', fromArray(Array.from({ length: 200 }, (_, i) => i)))
  const t2 = topology(null, 'smoke', from(small).pipe(map((n) => n * 2), filter((n) => n % 3 !== 0), keyBy((n) => `k${n % 5}`), scan((a, n) => a + n, 0, { id: 'sum' })).to(sink('out', c)))
  const t0 = performance.now()
  const r = await simulatedRun(t2, { seed, crashes: 5 })
  console.log(seed, r.outcome, r.crashes, r.resumes, r.restarts, r.steps, c.committed.length, r.summary, r.error instanceof Error ? r.error.message : r.error, (performance.now() - t0).toFixed(0) + 'ms')
}
