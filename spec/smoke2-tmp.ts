import { topology, source, sink, from } from '../lib/api/topology.ts'
import { map } from '../lib/operators/map.ts'
import { fromArray } from '../lib/connectors/memory/from-array.ts'
import { collect } from '../lib/connectors/memory/collect.ts'
import { run } from '../lib/runtime/job.ts'
const out = collect<number>()
const t = topology(null, 'smoke', from(source('numbers', fromArray(Array.from({ length: 3000 }, (_, i) => i)))).pipe(map((n) => n * 2)).to(sink('out', out)))
const job = await run(t, {parallelism: 1})
job.events$.subscribe((e) => console.log(e))
job.completed.then(console.log, console.error)
await new Promise((r) => setTimeout(r, 300))
const j = job as any
console.log(out.records.length, j.coordinator.phase, [...j.coordinator.awaited], [...j.endedSinks], j.regions[0].sinkNames)
for (const a of j.regions[0].actors()) console.log(a.name, (a.core?.lifecycle ?? a.lifecycle).phase, a.phase ?? a.outcome, a.core?.router.isBlocked, a.inputs?.map((i: any) => i.waiting) ?? a.input?.waiting)
