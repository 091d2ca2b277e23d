/** One connected region: laid out from the plan, opened from a snapshot, started, restarted as a whole. */
import type { SinkStart } from '../api/connector.ts'
import type { CheckpointData } from '../checkpoint/store.ts'
import { MillraceError, hasCode, placed } from '../errors.ts'
import { placeOf } from '../plan/placement.ts'
import type { PlanVertex } from '../plan/plan.ts'
import type { RestoredState } from './actor-core.ts'
import { addCounters, NO_COUNTERS } from './actor-host.ts'
import type { Barrier } from './batch.ts'
import type { JobCounters, OperatorMetrics } from './job-handle.ts'
import { farPair, farReceiver, farSender } from './far-channel.ts'
import type { FarEnd, FarReceiver, FarSender } from './far-channel.ts'
import { RegionPart } from './region-part.ts'
import type { FarEnds, LostRecords, Part, PartSettings } from './region-part.ts'
import { restoredState } from './restored-job.ts'
import { restoredPart } from './restored-part.ts'
import type { Slots } from './slots.ts'
import { decodeSplits } from './split-reading.ts'
import type { SplitState } from './split-reading.ts'
import { senderOf, wiringOf } from './wiring.ts'
import type { Wiring } from './wiring.ts'

export interface RegionSettings extends PartSettings {
  readonly region: number
  readonly slots: Slots | null
}

/** Bytes of memory that the channels between threads of one region have together, and the least of one. */
const ALL_CHANNELS_BYTES = 64 * 2 ** 20
const CHANNEL_BYTES_MIN = 64 * 2 ** 10

const bytesOfEach = (channels: number, most: number): number => Math.min(most, Math.max(CHANNEL_BYTES_MIN, 2 ** Math.floor(Math.log2(ALL_CHANNELS_BYTES / channels))))

export class Region {
  readonly index: number
  private readonly settings: RegionSettings
  private readonly wiring: Wiring
  private parts: readonly Part[] = []
  private hasFailed = false
  /** Ends on this thread of channels that lead to slots. */
  private readonly farEnds: (FarSender | FarReceiver)[] = []

  private constructor(settings: RegionSettings) {
    const { reports } = settings
    this.settings = { ...settings, reports: { ...reports, failed: (actor, error) => this.fail(() => reports.failed(actor, error)) } }
    this.index = settings.region
    this.wiring = wiringOf(settings.plan, settings.region)
  }

  /** Others of its actors may fail before they hear of it: the region fails once. */
  private fail(report: () => void): void {
    if (this.hasFailed) return
    this.hasFailed = true
    report()
  }

  /** Builds the actors and opens the connectors; nothing runs yet. */
  static async open(settings: RegionSettings, start: SinkStart, restored: CheckpointData | null): Promise<Region> {
    const region = new Region(settings)
    await region.build(start, restored)
    return region
  }

  private async build(start: SinkStart, restored: CheckpointData | null): Promise<void> {
    const { actors, channels } = this.wiring
    const splits = new Map<string, readonly SplitState[]>()
    for (const { vertex } of actors)
      if (vertex.source !== null && !splits.has(vertex.source.id)) splits.set(vertex.source.id, await this.splitsOf(vertex, start, restored === null ? null : restoredState(restored)))
    const { slots } = this.settings
    const placeOfName = new Map(actors.map((actor) => [actor.name, placeOf(actor.vertex, actor.instance, slots?.count ?? 0)]))
    /** By place and channel: the ends of channels that lead from one place to another. */
    const ends = Array.from({ length: (slots?.count ?? 0) + 1 }, () => new Map<number, FarEnd>())
    const crossing = channels.flatMap(({ from, to }, channel) => {
      const [sender, receiver] = [placeOfName.get(from)!, placeOfName.get(to)!]
      return sender === receiver ? [] : [{ channel, sender, receiver }]
    })
    const bytes = bytesOfEach(crossing.length, this.settings.tuning.far.channelBytes)
    for (const { channel, sender, receiver } of crossing) {
      const [out, into] = farPair(this.settings.env.threads, bytes)
      ends[sender]!.set(channel, out)
      ends[receiver]!.set(channel, into)
    }
    const here = actors.filter(({ name }) => placeOfName.get(name) === 0)
    const parts: Part[] = []
    try {
      parts.push(await RegionPart.open(this.settings, here, channels, this.endsHere(ends[0]!), { start, restored: restored === null ? null : restoredState(restored), splits }))
      for (let place = 1; place < ends.length; place++) {
        const there = restored === null ? null : restoredPart(restored, actors.filter(({ name }) => placeOfName.get(name) === place))
        parts.push(await slots!.open(place, this.settings.reports, { region: this.index, start, restored: there, splits, ends: ends[place]! }))
      }
    } catch (error) {
      for (const part of parts) await part.dispose()
      for (const end of this.farEnds) end.dispose()
      throw error
    }
    this.parts = parts
  }

  private endsHere(given: ReadonlyMap<number, FarEnd>): FarEnds {
    const { env, tuning } = this.settings
    return {
      sender: (channel, wakes) => this.keep(farSender(env.threads, given.get(channel)!, tuning.far, senderOf(this.wiring.channels[channel]!), wakes)),
      receiver: (channel, wakes) => this.keep(farReceiver(env.threads, given.get(channel)!, wakes)),
    }
  }

  private keep<End extends FarSender | FarReceiver>(end: End): End {
    this.farEnds.push(end)
    return end
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
    for (const end of this.farEnds) end.dispose()
  }
}

/** Opens one region after the other. Where one cannot be opened, or the job ends meanwhile, none stays open. */
export const openRegions = async (count: number, open: (index: number) => Promise<Region>, hasEnded: () => boolean): Promise<readonly Region[]> => {
  const opened: Region[] = []
  const close = async (): Promise<void> => {
    for (const region of opened) await region.dispose()
  }
  try {
    while (opened.length < count && !hasEnded()) opened.push(await open(opened.length))
  } catch (error) {
    await close()
    throw error
  }
  if (!hasEnded()) return opened
  await close()
  return []
}
