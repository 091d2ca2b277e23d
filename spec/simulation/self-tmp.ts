import { isDeepStrictEqual } from 'node:util'
import { committedSink } from '../../lib/testing/committed-sink.ts'
import { simulatedRun } from '../../lib/testing/simulated-run.ts'
import { randomJob } from './random-job.ts'
const from = Number(process.argv[2] ?? 0), to = Number(process.argv[3] ?? 300)
const text = (v: unknown) => JSON.stringify(v, (_, x) => Object.is(x, -0) ? '-0' : typeof x === 'number' && !Number.isFinite(x) ? String(x) : x)
const once = async (seed: number, sim: object) => {
  const sinks: Record<string, ReturnType<typeof committedSink>> = {}
  const job = randomJob(seed, { sinkOf: (id) => (sinks[id] = committedSink()) as never })
  const r = await simulatedRun(job.topology, { seed, ...sim, run: { parallelism: job.parallelism }, onBoot: () => job.forget() })
  return { job, r, out: Object.fromEntries(Object.entries(sinks).map(([k, s]) => [k, s.committed])) }
}
const t0 = performance.now()
let bad = 0, crashes = 0, resumes = 0, restarts = 0
for (let seed = from; seed < to; seed++) {
  process.stderr.write(seed + " ")
  const a = await once(seed, { crashes: 0, every: 0, tuning: { batchRows: 1024, channelRows: 4096 } })
  const b = await once(seed, { crashes: 4 })
  crashes += b.r.crashes; resumes += b.r.resumes; restarts += b.r.restarts
  const norm = (o: Record<string, unknown[]>) => a.job.parallelism > 1 ? Object.fromEntries(Object.entries(o).map(([k, v]) => [k, v.map(text).sort()])) : Object.fromEntries(Object.entries(o).map(([k, v]) => [k, v.map(text)]))
  const counts = (r: typeof a.r) => r.summary && { ...r.summary, restarts: 0, checkpoints: 0, elapsed: 0 }
  const why = a.r.outcome !== 'ended' ? 'undisturbed ' + a.r.outcome : b.r.outcome !== 'ended' ? 'disturbed ' + b.r.outcome : a.r.error ? 'a error ' + String((a.r.error as Error).stack) : b.r.error ? 'b error ' + String((b.r.error as Error).stack) : !isDeepStrictEqual(norm(a.out), norm(b.out)) ? 'outputs differ' : !isDeepStrictEqual(counts(a.r), counts(b.r)) ? `counts differ ${text(counts(a.r))} ${text(counts(b.r))}` : null
  if (why !== null) { bad++; if (bad < 12) { console.log(seed, a.job.describe, why)
   if (why === 'outputs differ') for (const k of Object.keys(a.out)) { const x = norm(a.out)[k]!, y = norm(b.out)[k]!; const i = [...x, ...y].findIndex((_, j) => x[j] !== y[j]); if (i >= 0) console.log('  ', k, i, x.length, y.length, x[i], y[i]) } } }
}
console.log({ bad, crashes, resumes, restarts, ms: (performance.now() - t0).toFixed(0) })
