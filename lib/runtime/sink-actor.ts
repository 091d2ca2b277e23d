/**
 * An actor that writes to a sink: batches, barriers and the end come in order on one channel; commits come from the coordinator.
 * One call of the connector at a time.
 *
 * At a barrier: flush, prepare. What has been prepared and not committed is in the snapshot; it is committed when the checkpoint is
 * complete, and again after a restore.
 */
import type { SinkConnector, SinkStart, SinkWriter } from '../api/connector.ts'
import { Lifecycle } from '../actors/lifecycle.ts'
import { MillraceError, hasCode, placed } from '../errors.ts'
import { decodeValue, encodeValue } from '../state/codec.ts'
import { Counters } from './actor-host.ts'
import type { Actor, ActorHost } from './actor-host.ts'
import type { Barrier, Message } from './batch.ts'
import type { Receiver } from './channel.ts'
import { RegionFailed } from './failure.ts'
import type { JobCounters, OperatorMetrics } from './job-handle.ts'

interface Prepared {
  readonly checkpoint: number
  readonly handle: unknown
}

/** Whether a sink's part of a snapshot says that it prepares and commits. */
export const holdsHandles = (bytes: Uint8Array): boolean => (decodeValue(bytes) as Prepared[]).length > 0

export interface SinkSettings {
  readonly sinkId: string
  readonly instance: number
  readonly connector: SinkConnector<never>
  readonly checkpoints: boolean
  readonly replacing: boolean
  /** Records of a sink of dead letters are no results. */
  readonly countsResults: boolean
}

export class SinkActor implements Actor {
  readonly name: string
  private readonly settings: SinkSettings
  private readonly host: ActorHost
  private readonly input: Receiver
  private readonly tally = new Counters()
  private readonly lifecycle: Lifecycle
  private writer: SinkWriter<unknown, unknown> | null = null
  /** Not known to be part of a complete checkpoint, oldest first. */
  private prepared: Prepared[] = []
  /** The last one committed: it tells a restored sink how far it had come. */
  private committed: Prepared | null = null
  private readonly commits: number[] = []
  private busy = false

  constructor(settings: SinkSettings, host: ActorHost, input: Receiver) {
    this.name = `${settings.sinkId}/${settings.instance}!`
    this.settings = settings
    this.host = host
    this.input = input
    this.lifecycle = new Lifecycle(this.name)
  }

  /** Opens the connector and commits what the snapshot holds prepared. */
  async open(start: SinkStart, chunks: readonly Uint8Array[]): Promise<void> {
    const { connector, instance, checkpoints, replacing } = this.settings
    const restored = chunks.flatMap((bytes) => decodeValue(bytes) as Prepared[])
    try {
      const handles = restored.map(({ handle }) => handle)
      const context = { instance, restored: handles as never[], start, checkpoints, replacing, env: this.host.env }
      this.writer = await this.host.enter(() => connector.open(context) as SinkWriter<unknown, unknown> | Promise<SinkWriter<unknown, unknown>>)
      for (const handle of handles) await this.writer.commit?.(handle)
      this.committed = restored.at(-1) ?? null
    } catch (error) {
      throw this.wrap(error)
    }
  }

  start(): void {
    this.lifecycle.send({ type: 'opened' })
    this.host.dispatcher.ready(this)
  }

  counters(): JobCounters {
    return this.tally.plain()
  }

  metrics(): OperatorMetrics {
    const { taken, busy } = this.tally
    return { ...this.counters(), in: taken, out: taken, watermark: NaN, busy, cloned: 0 }
  }

  spent(ms: number): void {
    this.tally.busy += ms
  }

  /** The checkpoint is complete. */
  commit(checkpoint: number): void {
    this.commits.push(checkpoint)
    this.host.dispatcher.ready(this)
  }

  step(): void {
    const { phase } = this.lifecycle
    if (this.busy || phase === 'starting' || phase === 'disposed' || phase === 'failed') return
    const checkpoint = this.commits.shift()
    if (checkpoint !== undefined) this.run(() => this.commitUpTo(checkpoint), () => this.host.reports.committed(this.name, checkpoint))
    else {
      const message = this.input.take()
      if (message === undefined) return
      this.handle(message)
    }
    if (!this.busy && (this.commits.length > 0 || this.input.waiting > 0)) this.host.dispatcher.ready(this)
  }

  private handle(message: Message): void {
    switch (message.type) {
      case 'batch': {
        const { length } = message
        const done = (): void => {
          this.tally.taken += length
          if (this.settings.countsResults) this.tally.results += length
          this.input.processed(message)
        }
        if (length === 0) return done()
        return this.run(() => this.writer!.write(message.values), done)
      }
      case 'barrier':
        return this.snapshot(message.barrier)
      case 'end':
        this.lifecycle.send({ type: 'end' })
        return this.host.reports.sinkEnded(this.name)
      case 'splits':
      case 'split-end':
        return
    }
  }

  private snapshot(barrier: Barrier): void {
    this.lifecycle.send({ type: 'align' })
    this.lifecycle.send({ type: 'aligned' })
    this.run(
      async () => {
        await this.writer!.flush?.()
        if (this.writer!.prepare === undefined) return
        this.prepared.push({ checkpoint: barrier.checkpoint, handle: await this.writer!.prepare(barrier.checkpoint) })
      },
      () => {
        this.host.reports.acknowledged({
          actor: this.name,
          checkpoint: barrier.checkpoint,
          chunks: [{ name: `${this.settings.sinkId}/${this.settings.instance}`, bytes: encodeValue(this.committed === null ? this.prepared : [this.committed, ...this.prepared]) }],
          counters: this.counters(),
          stopped: false,
        })
        this.lifecycle.send({ type: 'snapshotted' })
      },
    )
  }

  private async commitUpTo(checkpoint: number): Promise<void> {
    for (let next = this.prepared[0]; next !== undefined && next.checkpoint <= checkpoint; next = this.prepared[0]) {
      await this.writer!.commit?.(next.handle)
      this.committed = next
      this.prepared.shift()
    }
  }

  /** Runs calls of the connector one at a time; `then` follows at once where they answer at once. */
  private run(call: () => unknown, then: () => void): void {
    const fail = (error: unknown): void => {
      if (this.lifecycle.phase === 'disposed' || this.lifecycle.phase === 'failed') return
      this.lifecycle.send({ type: 'fail' })
      this.host.reports.failed(this.name, new RegionFailed(this.settings.sinkId, this.wrap(error), 'restart'))
    }
    let result: unknown
    try {
      result = this.host.enter(call)
    } catch (error) {
      return fail(error)
    }
    if (!(result instanceof Promise)) return then()
    this.busy = true
    result.then(() => {
      this.busy = false
      if (this.lifecycle.phase === 'disposed') return
      then()
      this.host.dispatcher.ready(this)
    }, fail)
  }

  private wrap(error: unknown): unknown {
    if (hasCode(error)) return placed(error, this.settings.sinkId)
    const text = error instanceof Error ? error.message : String(error)
    return new MillraceError('SINK_FAILED', `writing failed: ${text}`, { operatorId: this.settings.sinkId, cause: error })
  }

  /** Aborts what was prepared and never became part of a complete checkpoint. */
  async dispose(): Promise<void> {
    this.lifecycle.send({ type: 'dispose' })
    const { writer } = this
    this.writer = null
    if (writer === null) return
    try {
      await writer.close()
    } catch {
      // The region is going down; what has to be known about its sink is in the snapshot.
    }
  }

  /** Before a restart: undoes what the snapshot at `checkpoint` does not hold. */
  async abortAfter(checkpoint: number): Promise<void> {
    const { writer } = this
    if (writer?.abort === undefined) return
    for (const entry of this.prepared.filter((candidate) => candidate.checkpoint > checkpoint)) await writer.abort(entry.handle)
  }
}
