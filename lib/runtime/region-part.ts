/** The actors of a region that live in one place: on the thread that called `run`, or in a slot. */
import type { Dispatcher } from '../actors/dispatcher.ts'
import type { SinkConnector, SinkStart } from '../api/connector.ts'
import type { Env } from '../env/env.ts'
import { DEAD_PORT } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { Supervision } from '../supervision/strategy.ts'
import type { RestoredState } from './actor-core.ts'
import { addCounters, NO_COUNTERS } from './actor-host.ts'
import type { Actor, ActorHost, Reports } from './actor-host.ts'
import type { Barrier } from './batch.ts'
import { LocalChannel } from './channel.ts'
import type { ChannelEnds, Receiver, Sender } from './channel.ts'
import type { ChainMode } from './chain-host.ts'
import type { JobCounters, OperatorMetrics } from './job-handle.ts'
import { OperatorActor } from './operator-actor.ts'
import { Router } from './router.ts'
import type { RouterEdge } from './edge.ts'
import { SinkActor } from './sink-actor.ts'
import { SourceActor } from './source-actor.ts'
import type { SplitState } from './split-reading.ts'
import type { Suspects } from './suspects.ts'
import type { WiredActor, WiredChannel } from './wiring.ts'

/** How much may be on the way; the simulator makes it small. */
export interface Tuning {
  /** Rows of a batch, 1 … 1024. */
  readonly batchRows: number
  /** Rows on a channel before its sender waits. */
  readonly channelRows: number
  readonly chains: ChainMode
  readonly far: FarTuning
}

/** Of channels between threads. */
export interface FarTuning {
  readonly batchRows: number
  readonly channelRows: number
  /** Bytes on a channel before its sender waits. */
  readonly channelBytes: number
  /** Instances of classes are sent as plain objects, in place of being refused. */
  readonly clonesInstances: boolean
}

/** Records that a source without positions will not emit again. */
export interface LostRecords {
  readonly operatorId: string
  readonly records: number
}

/** What a region asks of a part of it, wherever that is. */
export interface Part {
  start(): void
  /** Lets the sources begin a checkpoint. */
  trigger(barrier: Barrier): void
  /** Ends the sources where they stand. */
  drain(): void
  /** The checkpoint is complete. */
  commit(checkpoint: number): void
  lostAfter(checkpoint: number): Promise<readonly LostRecords[]>
  /** What its actors have counted; of another thread, as last heard. */
  counters(): JobCounters
  metrics(): Readonly<Record<string, OperatorMetrics>>
  /** Stops everything; what the actors still say is not heard. `abortAfter`: undo what sinks prepared after that checkpoint. */
  dispose(abortAfter?: number): Promise<void>
}

export interface PartSettings {
  readonly plan: Plan
  readonly env: Env
  readonly dispatcher: Dispatcher
  readonly suspects: Suspects
  readonly supervision: Supervision
  readonly tuning: Tuning
  readonly checkpoints: boolean
  readonly replacing: boolean
  /** Where dead letters go; null where no writer of them lives. */
  readonly deadLetters: SinkConnector<never> | null
  readonly reports: Reports
  enter<T>(step: () => T): T
}

/** Where a part begins. */
export interface PartStart {
  readonly start: SinkStart
  readonly restored: RestoredState | null
  /** All splits of each source that has instances here, by its id. */
  readonly splits: ReadonlyMap<string, readonly SplitState[]>
}

/** Ends of channels that lead to or from another place. */
export interface FarEnds {
  sender(channel: number, ends: ChannelEnds): Sender
  receiver(channel: number, ends: ChannelEnds): Receiver
}

export class RegionPart implements Part {
  private readonly settings: PartSettings
  private readonly sources: SourceActor[] = []
  private readonly operators: OperatorActor[] = []
  private readonly sinks: SinkActor[] = []
  private readonly byName = new Map<string, Actor>()
  private readonly host: ActorHost
  private disposed = false

  private constructor(settings: PartSettings) {
    this.settings = settings
    const deaf =
      <A extends unknown[]>(report: (...args: A) => void) =>
      (...args: A): void => {
        if (!this.disposed) report(...args)
      }
    const { reports, env, dispatcher, suspects, supervision, plan } = settings
    this.host = {
      env,
      dispatcher,
      suspects,
      supervision,
      maxParallelism: plan.maxParallelism,
      stores: settings.checkpoints,
      chains: settings.tuning.chains,
      enter: (step) => settings.enter(step),
      reports: {
        acknowledged: deaf((ack) => reports.acknowledged(ack)),
        sinkEnded: deaf((actor) => reports.sinkEnded(actor)),
        committed: deaf((actor, checkpoint) => reports.committed(actor, checkpoint)),
        failed: deaf((actor, error) => reports.failed(actor, error)),
        stopped: deaf((id, error) => reports.stopped(id, error)),
        deadLetter: deaf((letter) => reports.deadLetter(letter)),
      },
    }
  }

  /** Builds these actors of a wiring and opens their connectors; nothing runs yet. */
  static async open(settings: PartSettings, actors: readonly WiredActor[], channels: readonly WiredChannel[], far: FarEnds, start: PartStart): Promise<RegionPart> {
    const part = new RegionPart(settings)
    try {
      await part.build(actors, channels, far, start)
    } catch (error) {
      await part.dispose()
      throw error
    }
    return part
  }

  private async build(actors: readonly WiredActor[], channels: readonly WiredChannel[], far: FarEnds, { start, restored, splits }: PartStart): Promise<void> {
    const { tuning } = this.settings
    const here = new Set(actors.map(({ name }) => name))
    const ready = (name: string): void => {
      const actor = this.byName.get(name)
      if (actor !== undefined) this.settings.dispatcher.ready(actor)
    }
    const senders = new Map<number, Sender>()
    const receivers = new Map<number, Receiver>()
    channels.forEach(({ from, to }, index) => {
      const ends: ChannelEnds = { wakeReceiver: () => ready(to), wakeSender: () => ready(from) }
      if (here.has(from) && here.has(to)) {
        const channel = new LocalChannel(tuning.batchRows, tuning.channelRows, ends)
        senders.set(index, channel)
        receivers.set(index, channel)
      } else if (here.has(from)) senders.set(index, far.sender(index, ends))
      else if (here.has(to)) receivers.set(index, far.receiver(index, ends))
    })
    for (const wired of actors) {
      const { name, kind, vertex, instance } = wired
      const inputs = wired.inputs.map((channel) => receivers.get(channel)!)
      if (kind === 'writer') {
        this.byName.set(name, await this.openWriter(wired, inputs[0]!, start, restored))
        continue
      }
      const router = this.routerOf(wired, senders)
      if (kind === 'source') {
        const own = splits.get(vertex.source!.id)!.filter((state) => state.index % vertex.parallelism === instance)
        const actor = new SourceActor(vertex, instance, this.host, router, own, { batchMax: tuning.batchRows, start })
        if (restored !== null) actor.restore(restored)
        this.sources.push(actor)
        this.byName.set(name, actor)
      } else {
        const actor = new OperatorActor(vertex, instance, this.host, router, inputs, wired.edgeOf)
        if (restored !== null) actor.restore(restored)
        this.operators.push(actor)
        this.byName.set(name, actor)
      }
    }
  }

  private routerOf({ outputs }: WiredActor, senders: ReadonlyMap<number, Sender>): Router {
    const ports = new Map<string, RouterEdge[]>()
    for (const { port, channels, ...facts } of outputs)
      ports.set(port, [...(ports.get(port) ?? []), { ...facts, senders: channels.map((channel) => senders.get(channel)!) }])
    return new Router(ports, DEAD_PORT, this.settings.plan.maxParallelism)
  }

  private async openWriter({ vertex, instance }: WiredActor, input: Receiver, start: SinkStart, restored: RestoredState | null): Promise<SinkActor> {
    const connector = vertex.sink?.connector ?? this.settings.deadLetters!
    const { checkpoints, replacing } = this.settings
    const actor = new SinkActor({ sinkId: vertex.id, instance, connector, checkpoints, replacing, countsResults: !vertex.isDeadLetters }, this.host, input)
    this.sinks.push(actor)
    const chunks = restored?.chunksOf(vertex.id) ?? []
    await actor.open(
      start,
      chunks.filter((chunk) => chunk.instance % vertex.parallelism === instance).map((chunk) => chunk.bytes),
    )
    return actor
  }

  start(): void {
    for (const actor of [...this.sinks, ...this.operators, ...this.sources]) actor.start()
  }

  trigger(barrier: Barrier): void {
    for (const source of this.sources) source.trigger(barrier)
  }

  drain(): void {
    for (const source of this.sources) source.drain()
  }

  commit(checkpoint: number): void {
    for (const sink of this.sinks) sink.commit(checkpoint)
    for (const source of this.sources) source.committed(checkpoint)
  }

  lostAfter(checkpoint: number): Promise<readonly LostRecords[]> {
    return Promise.resolve(this.sources.map((source) => source.lostAfter(checkpoint)).filter(({ records }) => records > 0))
  }

  counters(): JobCounters {
    return this.actors.reduce((sum, actor) => addCounters(sum, actor.counters()), NO_COUNTERS)
  }

  metrics(): Record<string, OperatorMetrics> {
    return Object.fromEntries(this.actors.map((actor) => [actor.name, actor.metrics()]))
  }

  private get actors(): readonly Actor[] {
    return [...this.sources, ...this.operators, ...this.sinks]
  }

  async dispose(abortAfter?: number): Promise<void> {
    this.disposed = true
    const ending = [...this.sources, ...this.operators].map((actor) => actor.dispose())
    for (const sink of this.sinks) {
      if (abortAfter !== undefined) await sink.abortAfter(abortAfter).catch(() => undefined)
      await sink.dispose()
    }
    await Promise.all(ending)
  }
}
