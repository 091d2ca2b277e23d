/** The actors of one connected region: built from the plan and a snapshot, started, restarted as a whole. */
import type { Dispatcher } from '../actors/dispatcher.ts'
import type { SinkConnector, SinkStart } from '../api/connector.ts'
import type { Env } from '../env/env.ts'
import { MillraceError, hasCode, placed } from '../errors.ts'
import { DEAD_PORT } from '../plan/plan.ts'
import type { Plan, PlanVertex } from '../plan/plan.ts'
import type { Supervision } from '../supervision/strategy.ts'
import type { RestoredState } from './actor-core.ts'
import { addCounters, NO_COUNTERS } from './actor-host.ts'
import type { Actor, ActorHost, Reports } from './actor-host.ts'
import type { Barrier } from './batch.ts'
import { LocalChannel } from './channel.ts'
import type { Receiver, Sender } from './channel.ts'
import type { JobCounters } from './job-handle.ts'
import { OperatorActor } from './operator-actor.ts'
import { Router } from './router.ts'
import type { RouterEdge } from './router.ts'
import { SinkActor } from './sink-actor.ts'
import { SourceActor } from './source-actor.ts'
import { decodeSplits } from './split-reading.ts'
import type { SplitState } from './split-reading.ts'
import type { ChainMode } from './chain-host.ts'
import type { Suspects } from './suspects.ts'
import { wiringOf } from './wiring.ts'
import type { WiredActor } from './wiring.ts'

/** How much may be on the way; the simulator makes it small. */
export interface Tuning {
  /** Rows of a batch, 1 … 1024. */
  readonly batchRows: number
  /** Rows on a channel before its sender waits. */
  readonly channelRows: number
  readonly chains: ChainMode
}

export interface RegionSettings {
  readonly plan: Plan
  readonly region: number
  readonly env: Env
  readonly dispatcher: Dispatcher
  readonly suspects: Suspects
  readonly supervision: Supervision
  readonly tuning: Tuning
  readonly checkpoints: boolean
  readonly replacing: boolean
  readonly deadLetters: SinkConnector<never>
  readonly reports: Reports
  enter<T>(step: () => T): T
}

export class Region {
  readonly index: number
  private readonly settings: RegionSettings
  private readonly sources: SourceActor[] = []
  private readonly operators: OperatorActor[] = []
  private readonly sinks: SinkActor[] = []
  private readonly host: ActorHost
  private disposed = false

  private constructor(settings: RegionSettings) {
    this.settings = settings
    this.index = settings.region
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

  /** Builds the actors and opens the connectors; nothing runs yet. */
  static async open(settings: RegionSettings, start: SinkStart, restored: RestoredState | null): Promise<Region> {
    const region = new Region(settings)
    try {
      await region.build(start, restored)
    } catch (error) {
      await region.dispose()
      throw error
    }
    return region
  }

  private async build(start: SinkStart, restored: RestoredState | null): Promise<void> {
    const { plan, region, tuning } = this.settings
    const wiring = wiringOf(plan, region)
    const actors = new Map<string, Actor>()
    const ready = (name: string): void => {
      const actor = actors.get(name)
      if (actor !== undefined) this.settings.dispatcher.ready(actor)
    }
    const channels = wiring.channels.map(
      ({ from, to }) => new LocalChannel(tuning.channelRows, { wakeReceiver: () => ready(to), wakeSender: () => ready(from) }),
    )
    const splits = new Map<PlanVertex, SplitState[]>()
    for (const wired of wiring.actors) {
      const { name, kind, vertex, instance } = wired
      const inputs = wired.inputs.map((channel) => channels[channel]!)
      if (kind === 'writer') {
        actors.set(name, await this.openWriter(wired, inputs[0]!, start, restored))
        continue
      }
      const router = this.routerOf(wired, channels)
      if (kind === 'source') {
        if (!splits.has(vertex)) splits.set(vertex, await this.splitsOf(vertex, start, restored))
        const own = splits.get(vertex)!.filter((state) => state.index % vertex.parallelism === instance)
        const actor = new SourceActor(vertex, instance, this.host, router, own, { batchMax: tuning.batchRows, start })
        if (restored !== null) actor.restore(restored)
        this.sources.push(actor)
        actors.set(name, actor)
      } else {
        const actor = new OperatorActor(vertex, instance, this.host, router, inputs, wired.edgeOf)
        if (restored !== null) actor.restore(restored)
        this.operators.push(actor)
        actors.set(name, actor)
      }
    }
  }

  private routerOf({ outputs }: WiredActor, channels: readonly Sender[]): Router {
    const ports = new Map<string, RouterEdge[]>()
    for (const { port, channels: targets, ...facts } of outputs)
      ports.set(port, [...(ports.get(port) ?? []), { ...facts, senders: targets.map((channel) => channels[channel]!) }])
    return new Router(ports, DEAD_PORT, this.settings.plan.maxParallelism, this.settings.tuning.batchRows)
  }

  private async openWriter({ vertex, instance }: WiredActor, input: Receiver, start: SinkStart, restored: RestoredState | null): Promise<SinkActor> {
    const connector = vertex.sink?.connector ?? this.settings.deadLetters
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

  /** All splits of a source: fixed when it first starts, then those of its snapshot. */
  private async splitsOf(vertex: PlanVertex, start: SinkStart, restored: RestoredState | null): Promise<SplitState[]> {
    const { id, connector } = vertex.source!
    const chunks = restored?.chunksOf(id) ?? []
    if (chunks.length > 0) return chunks.flatMap((chunk) => decodeSplits(chunk.bytes)).sort((a, b) => a.index - b.index)
    try {
      const splits = await this.settings.enter(() => connector.splits({ env: this.settings.env, parallelism: vertex.parallelism, start }))
      return splits.map((split, index) => ({ split, index, position: null, count: 0, done: false }))
    } catch (error) {
      if (hasCode(error)) throw placed(error, id)
      throw new MillraceError('SOURCE_FAILED', `its splits cannot be had: ${error instanceof Error ? error.message : String(error)}`, {
        operatorId: id,
        cause: error,
      })
    }
  }

  start(): void {
    for (const actor of [...this.sinks, ...this.operators, ...this.sources]) actor.start()
  }

  get actorNames(): string[] {
    return [...this.sources, ...this.operators, ...this.sinks].map((actor) => actor.name)
  }

  get sinkNames(): string[] {
    return this.sinks.map((actor) => actor.name)
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

  /** What sources without positions will not emit again, by source. */
  lostAfter(checkpoint: number): readonly { readonly operatorId: string; readonly records: number }[] {
    return this.sources.map((source) => source.lostAfter(checkpoint)).filter(({ records }) => records > 0)
  }

  counters(): JobCounters {
    return [...this.sources, ...this.operators, ...this.sinks].reduce((sum, actor) => addCounters(sum, actor.counters()), NO_COUNTERS)
  }

  actors(): readonly Actor[] {
    return [...this.sources, ...this.operators, ...this.sinks]
  }

  /** Stops everything; what the actors still say is not heard. `abortAfter`: undo what sinks prepared after that checkpoint. */
  async dispose(abortAfter?: number): Promise<void> {
    this.disposed = true
    for (const source of this.sources) source.dispose()
    for (const operator of this.operators) operator.dispose()
    for (const sink of this.sinks) {
      if (abortAfter !== undefined) await sink.abortAfter(abortAfter).catch(() => undefined)
      await sink.dispose()
    }
  }
}
