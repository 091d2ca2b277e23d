/** The phases of an actor, as an XState machine stepped by its pure `transition`: never on the way of a record. */
import { initialTransition, setup, transition } from 'xstate'
import type { SnapshotFrom } from 'xstate'

export type ActorEvent =
  | { readonly type: 'opened' }
  /** The first barrier of a checkpoint came. */
  | { readonly type: 'align' }
  /** All barriers have come: the state is being taken. */
  | { readonly type: 'aligned' }
  | { readonly type: 'snapshotted' }
  /** All inputs have ended and what they led to has gone out. */
  | { readonly type: 'end' }
  /** The supervisor said stop. */
  | { readonly type: 'stop' }
  | { readonly type: 'fail' }
  | { readonly type: 'dispose' }

const always = { stop: 'stopped', fail: 'failed', dispose: 'disposed' } as const

const machine = setup({ types: {} as { events: ActorEvent } }).createMachine({
  id: 'actor',
  initial: 'starting',
  states: {
    starting: { on: { ...always, opened: 'running' } },
    running: { on: { ...always, align: 'aligning', end: 'ended' } },
    aligning: { on: { ...always, aligned: 'snapshotting', end: 'endedAligning' } },
    snapshotting: { on: { ...always, snapshotted: 'running' } },
    ended: { on: { ...always, align: 'endedAligning' } },
    endedAligning: { on: { ...always, aligned: 'endedSnapshotting' } },
    endedSnapshotting: { on: { ...always, snapshotted: 'ended' } },
    stopped: { on: { dispose: 'disposed', fail: 'failed', align: 'stopped', aligned: 'stopped', snapshotted: 'stopped', end: 'stopped' } },
    failed: { on: { dispose: 'disposed' } },
    disposed: { type: 'final' },
  },
})

export class Lifecycle {
  private snapshot: SnapshotFrom<typeof machine> = initialTransition(machine)[0]
  private readonly name: string

  constructor(name: string) {
    this.name = name
  }

  get phase(): string {
    return this.snapshot.value
  }

  /** @throws an Error that names actor, phase and event where the event is not legal in the phase: a fault of the engine */
  send(event: ActorEvent): void {
    if (this.snapshot.status === 'done') return
    if (!this.snapshot.can(event)) throw new Error(`actor '${this.name}' cannot take '${event.type}' while ${this.snapshot.value}`)
    this.snapshot = transition(machine, this.snapshot, event)[0]
  }
}
