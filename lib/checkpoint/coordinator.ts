/**
 * One checkpoint at a time: trigger the sources, collect the actors' acknowledgements, make the whole durable, then let sinks commit.
 *
 * idle → collecting → writing → committing → idle; a timeout or a failed region aborts what is collecting. An answer to a checkpoint that
 * is not the current one is dropped by its number.
 */
import { initialTransition, setup, transition } from 'xstate'
import type { SnapshotFrom } from 'xstate'

type CoordinatorEvent = { readonly type: 'trigger' | 'complete' | 'written' | 'failed' | 'committed' | 'abort' }

const machine = setup({ types: {} as { events: CoordinatorEvent } }).createMachine({
  id: 'checkpoint',
  initial: 'idle',
  states: {
    idle: { on: { trigger: 'collecting' } },
    collecting: { on: { complete: 'writing', abort: 'idle' } },
    writing: { on: { written: 'committing', failed: 'idle', abort: 'abandoned' } },
    abandoned: { on: { written: 'idle', failed: 'idle' } },
    committing: { on: { committed: 'idle', abort: 'idle' } },
  },
})

export interface CoordinatorEffects<Ack> {
  /** Sends the barrier to the sources. */
  trigger(checkpoint: number): void
  /** Makes the acknowledged state durable. */
  write(checkpoint: number, acks: readonly Ack[]): Promise<void>
  /** It is durable: sinks commit. */
  commit(checkpoint: number): void
  /** Done, sinks included. */
  done(checkpoint: number): void
  failed(checkpoint: number, error: unknown): void
}

export class Coordinator<Ack extends { readonly actor: string; readonly checkpoint: number }> {
  private snapshot: SnapshotFrom<typeof machine> = initialTransition(machine)[0]
  private checkpoint = -1
  private readonly acks = new Map<string, Ack>()
  private readonly awaited = new Set<string>()
  private readonly uncommitted = new Set<string>()
  private actors: readonly string[] = []
  private sinks: readonly string[] = []
  private readonly effects: CoordinatorEffects<Ack>

  constructor(effects: CoordinatorEffects<Ack>) {
    this.effects = effects
  }

  get isIdle(): boolean {
    return this.snapshot.value === 'idle'
  }

  get phase(): string {
    return this.snapshot.value
  }

  /** The one under way, or the last. */
  get current(): number {
    return this.checkpoint
  }

  private send(type: CoordinatorEvent['type']): void {
    if (!this.snapshot.can({ type })) throw new Error(`the checkpoint coordinator cannot take '${type}' while ${this.snapshot.value}`)
    this.snapshot = transition(machine, this.snapshot, { type })[0]
  }

  /** `actors`: who must acknowledge; `sinks`: who must commit. */
  begin(checkpoint: number, actors: readonly string[], sinks: readonly string[]): void {
    this.send('trigger')
    this.checkpoint = checkpoint
    this.actors = actors
    this.sinks = sinks
    this.acks.clear()
    this.awaited.clear()
    for (const actor of actors) this.awaited.add(actor)
    this.effects.trigger(checkpoint)
  }

  acknowledge(ack: Ack): void {
    if (this.snapshot.value !== 'collecting' || ack.checkpoint !== this.checkpoint || !this.awaited.delete(ack.actor)) return
    this.acks.set(ack.actor, ack)
    if (this.awaited.size > 0) return
    this.send('complete')
    const { checkpoint } = this
    const acks = this.actors.map((actor) => this.acks.get(actor)!)
    this.acks.clear()
    this.effects.write(checkpoint, acks).then(
      () => {
        if (this.snapshot.value === 'abandoned') return this.send('written')
        this.send('written')
        for (const sink of this.sinks) this.uncommitted.add(sink)
        this.effects.commit(checkpoint)
        this.concludeIfCommitted()
      },
      (error: unknown) => {
        const abandoned = this.snapshot.value === 'abandoned'
        this.send('failed')
        if (!abandoned) this.effects.failed(checkpoint, error)
      },
    )
  }

  committed(sink: string, checkpoint: number): void {
    if (this.snapshot.value !== 'committing' || checkpoint !== this.checkpoint) return
    this.uncommitted.delete(sink)
    this.concludeIfCommitted()
  }

  private concludeIfCommitted(): void {
    if (this.snapshot.value !== 'committing' || this.uncommitted.size > 0) return
    this.send('committed')
    this.effects.done(this.checkpoint)
  }

  /** Gives up what is under way. What is already being written may still become durable: a restart waits for `isIdle`. */
  abort(): void {
    if (this.snapshot.value === 'idle' || this.snapshot.value === 'abandoned') return
    this.acks.clear()
    this.uncommitted.clear()
    this.send('abort')
  }
}
