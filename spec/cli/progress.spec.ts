import { Subject } from 'rxjs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Job, JobEvent, JobMetrics, OperatorMetrics } from 'millrace'
import { Output } from '../../lib/cli/output.ts'
import { progressText } from '../../lib/cli/progress-figures.ts'
import { showProgress } from '../../lib/cli/progress.ts'
import { terminal } from './terminal.ts'

const at = Date.UTC(2026, 4, 4, 10, 0, 12)
const none = { records: 0, results: 0, late: 0, deadLetters: 0 }
const actor = (watermark: number): OperatorMetrics => ({ ...none, in: 0, out: 0, busy: 0, cloned: 0, watermark })
const metrics = (given: Partial<JobMetrics> = {}): JobMetrics => ({ ...none, restarts: 0, checkpoints: 0, operators: {}, ...given })
const text = (before: Partial<JobMetrics>, now: Partial<JobMetrics>, checkpointAt: number | null = null): string =>
  progressText({ status: 'running', metrics: metrics(before), at: at - 2_000 }, { status: 'running', metrics: metrics(now), at }, checkpointAt)

describe('the line of the progress', () => {
  test('has the rate since the line before', () => {
    expect(text({ records: 10_000 }, { records: 12_400, results: 44 })).toBe('running  12,400 records (1,200/s)  44 results')
  })

  test('has no rate below 0 after a restart took the counters back', () => {
    expect(text({ records: 500 }, { records: 100, restarts: 1 })).toBe('running  100 records (0/s)  0 results  1 restart')
  })

  test('has the watermark of the actor furthest behind, and how far it is behind the clock', () => {
    const operators = { 'a/0': actor(at - 1_000), 'b/0': actor(at - 3_200), 'b/1': actor(-Infinity), 'c/0!': actor(NaN), 'd/0': actor(Infinity) }
    expect(text({}, { operators })).toContain('  watermark 2026-05-04 10:00:08.800 (lag 3.2 s)')
  })

  test.each([[-Infinity], [Infinity], [NaN]])('has no watermark where all are at %d', (watermark) => {
    expect(text({}, { operators: { 'a/0': actor(watermark) } })).not.toContain('watermark')
  })

  test('has the age of the last checkpoint, what came late and what was put aside', () => {
    expect(text({}, { late: 3, deadLetters: 1_001 }, at - 2_100)).toBe('running  0 records (0/s)  0 results  checkpoint 2.1 s ago  3 late  1,001 dead letters')
  })
})

describe('progress is told', () => {
  beforeEach(() => vi.useFakeTimers({ now: at }))
  afterEach(() => vi.useRealTimers())

  const jobWith = (events$ = new Subject<JobEvent>()): { readonly job: Job; readonly events$: Subject<JobEvent> } => {
    let records = 0
    const job = { status: 'running', events$, metrics: () => metrics({ records: (records += 100) }) }
    return { job: job as unknown as Job, events$ }
  }

  test('on a terminal twice a second, each line in place of the one before, and leaves none', () => {
    const { stream, written } = terminal({ isTTY: true, columns: 100 })
    const hide = showProgress(jobWith().job, 'shop', new Output(stream, stream))
    vi.advanceTimersByTime(1_000)
    hide()
    vi.advanceTimersByTime(5_000)
    expect(written()).toBe('\r\u001b[Krunning  200 records (200/s)  0 results\r\u001b[Krunning  300 records (200/s)  0 results\r\u001b[K')
  })

  test('elsewhere in a plain line every ten seconds', () => {
    const { stream, written } = terminal({ isTTY: false })
    const { job, events$ } = jobWith()
    const hide = showProgress(job, 'shop', new Output(stream, stream))
    events$.next({ type: 'checkpoint', at: at + 7_000, checkpoint: 1, bytes: 10, tookMs: 1 })
    vi.advanceTimersByTime(9_999)
    expect(written()).toBe('')
    vi.advanceTimersByTime(1)
    hide()
    expect(written()).toBe('shop: running  200 records (10/s)  0 results  checkpoint 3.0 s ago\n')
  })
})
