/** The phases of a job, as an XState machine. */
import { initialTransition, setup, transition } from 'xstate'
import type { SnapshotFrom } from 'xstate'
import type { JobStatus } from './job-handle.ts'

type JobTransition = { readonly type: 'opened' | 'restart' | 'restarted' | 'stop' | 'finish' | 'fail' | 'cancel' }

const ends = { fail: 'failed', cancel: 'cancelled' } as const

const machine = setup({ types: {} as { events: JobTransition } }).createMachine({
  id: 'job',
  initial: 'starting',
  states: {
    starting: { on: { ...ends, opened: 'running', finish: 'finished' } },
    running: { on: { ...ends, restart: 'restarting', stop: 'stopping', finish: 'finished' } },
    restarting: { on: { ...ends, restarted: 'running', restart: 'restarting', stop: 'restarting' } },
    stopping: { on: { ...ends, restart: 'restarting', finish: 'finished', stop: 'stopping' } },
    finished: { type: 'final' },
    failed: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

export class JobLifecycle {
  private snapshot: SnapshotFrom<typeof machine> = initialTransition(machine)[0]
  private readonly onChange: (status: JobStatus) => void

  constructor(onChange: (status: JobStatus) => void) {
    this.onChange = onChange
  }

  get status(): JobStatus {
    return this.snapshot.value
  }

  get hasEnded(): boolean {
    return this.snapshot.status === 'done'
  }

  send(type: JobTransition['type']): void {
    if (this.hasEnded) return
    if (!this.snapshot.can({ type })) throw new Error(`a job cannot '${type}' while ${this.snapshot.value}`)
    const before = this.snapshot.value
    this.snapshot = transition(machine, this.snapshot, { type })[0]
    if (this.snapshot.value !== before) this.onChange(this.snapshot.value)
  }
}
