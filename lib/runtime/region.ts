/** One connected region: laid out from the plan, opened from a snapshot, started, restarted as a whole. */
import type { SinkStart } from '../api/connector.ts'
import { MillraceError, hasCode, placed } from '../errors.ts'
import type { PlanVertex } from '../plan/plan.ts'
import type { RestoredState } from './actor-core.ts'
import { addCounters, NO_COUNTERS } from './actor-host.ts'
import type { Barrier } from './batch.ts'
import type { JobCounters, OperatorMetrics } from './job-handle.ts'
import { RegionPart } from './region-part.ts'
import type { LostRecords, Part, PartSettings } from './region-part.ts'
import { decodeSplits } from './split-reading.ts'
import type { SplitState } from './split-reading.ts'
import { wiringOf } from './wiring.ts'
import type { Wiring } from './wiring.ts'

export interface RegionSettings extends PartSettings {
  readonly region: number
}

export class Region {
  readonly index: number
  private readonly settings: RegionSettings
  private readonly wiring: Wiring
  private parts: readonly Part[] = []

  private constructor(settings: RegionSettings) {
    this.settings = settings
    this.index = settings.region
    this.wiring = wiringOf(settings.plan, settings.region)
  }

  /** Builds the actors and opens the connectors; nothing runs yet. */
  static async open(settings: RegionSettings, start: SinkStart, restored: RestoredState | null): Promise<Region> {
    const region = new Region(settings)
    await region.build(start, restored)
    return region
  }

  private async build(start: SinkStart, restored: RestoredState | null): Promise<void> {
    const { actors, channels } = this.wiring
    const splits = new Map<string, readonly SplitState[]>()
    for (const { vertex } of actors)
      if (vertex.source !== null && !splits.has(vertex.source.id)) splits.set(vertex.source.id, await this.splitsOf(vertex, start, restored))
    this.parts = [await RegionPart.open(this.settings, actors, channels, nowhere, { start, restored, splits })]
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
    for (const part of this.parts) part.start()
  }

  /** Names of actors as they acknowledge. */
  get actorNames(): string[] {
    return this.wiring.actors.map(({ name }) => name)
  }

  get sinkNames(): string[] {
    return this.wiring.actors.filter(({ kind }) => kind === 'writer').map(({ name }) => name)
  }

  trigger(barrier: Barrier): void {
    for (const part of this.parts) part.trigger(barrier)
  }

  drain(): void {
    for (const part of this.parts) part.drain()
  }

  commit(checkpoint: number): void {
    for (const part of this.parts) part.commit(checkpoint)
  }

  /** What sources without positions will not emit again, by source. */
  async lostAfter(checkpoint: number): Promise<readonly LostRecords[]> {
    return (await Promise.all(this.parts.map((part) => part.lostAfter(checkpoint)))).flat()
  }

  counters(): JobCounters {
    return this.parts.reduce((sum, part) => addCounters(sum, part.counters()), NO_COUNTERS)
  }

  metrics(): Record<string, OperatorMetrics> {
    return Object.assign({}, ...this.parts.map((part) => part.metrics())) as Record<string, OperatorMetrics>
  }

  /** Stops everything; what the actors still say is not heard. `abortAfter`: undo what sinks prepared after that checkpoint. */
  async dispose(abortAfter?: number): Promise<void> {
    for (const part of this.parts) await part.dispose(abortAfter)
  }
}

const nowhere = {
  sender: (): never => {
    throw new Error('a channel leads to another place, and there is none')
  },
  receiver: (): never => {
    throw new Error('a channel comes from another place, and there is none')
  },
}
