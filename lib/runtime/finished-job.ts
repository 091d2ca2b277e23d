/** A job that had come to its end: commits what its last checkpoint still holds uncommitted, and reads and writes nothing else. */
import { EMPTY } from 'rxjs/internal/observable/empty'
import { of } from 'rxjs/internal/observable/of'
import { Dispatcher } from '../actors/dispatcher.ts'
import type { CheckpointData, OpenStore } from '../checkpoint/store.ts'
import type { DeadLetter, Job, JobEvent, JobSummary } from './job-handle.ts'
import { Region } from './region.ts'
import { countersOf, jobRecordOf } from './restored-job.ts'
import type { JobStart } from './job-start.ts'
import { Suspects } from './suspects.ts'
import { deadLetterBox } from './dead-letter-box.ts'
import { MillraceError } from '../errors.ts'

export const finishedJob = async (start: JobStart & { readonly data: CheckpointData; readonly store: OpenStore }): Promise<Job> => {
  const { plan, data, store, env } = start
  const boxes = Array.from({ length: plan.regions }, () => deadLetterBox(start.options.deadLettersKept, () => undefined))
  const silent = { acknowledged: ignore, sinkEnded: ignore, committed: ignore, failed: ignore, stopped: ignore, deadLetter: ignore }
  for (let region = 0; region < plan.regions; region++) {
    const opened = await Region.open(
      {
        plan,
        region,
        slots: null,
        env,
        dispatcher: new Dispatcher(env, ignore),
        suspects: new Suspects(),
        supervision: start.supervision,
        tuning: start.tuning,
        checkpoints: true,
        replacing: false,
        deadLetters: (start.options.deadLetterSink ?? boxes[region]!.connector) as never,
        reports: silent,
        enter: (step) => start.enter(step),
      },
      'resumed',
      data,
    )
    await opened.dispose()
  }
  await store.close()
  const counters = countersOf(data)
  const summary: JobSummary = { ...counters, restarts: 0, checkpoints: 0, elapsed: jobRecordOf(data).elapsed }
  const at = env.clock.now()
  const message = `this job had finished; run it again from its start with restore: 'none'`
  const events: JobEvent[] = [
    { type: 'status', at, status: 'finished' },
    { type: 'started', at, from: 'finished', checkpoint: `${data.run}-${data.checkpoint}`, records: counters.records },
    { type: 'warning', at, message },
  ]
  const letters: readonly DeadLetter[] = boxes.flatMap((box) => box.letters())
  const ended = (): Promise<never> => Promise.reject(new MillraceError('CHECKPOINT_FAILED', 'the job has finished'))
  return {
    status: 'finished',
    completed: Promise.resolve(summary),
    checkpoint: ended,
    savepoint: ended,
    stop: () => Promise.resolve(summary),
    cancel: () => Promise.resolve(),
    events$: of(...events),
    metrics$: EMPTY,
    deadLetters$: EMPTY,
    metrics: () => ({ ...counters, restarts: 0, checkpoints: 0, operators: {} }),
    deadLetters: () => letters,
  }
}

const ignore = (): void => undefined
