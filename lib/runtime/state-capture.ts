/** One snapshot of an actor: taken at the barrier, written out bit by bit while records flow, acknowledged at the end. */
import type { Unwritten } from '../operators/operator.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Acknowledgement, SnapshotChunk } from './actor-host.ts'

export interface CapturedStage {
  /** `operatorId/instance`. */
  readonly name: string
  readonly writer: ByteWriter
  readonly rest: Unwritten | null
}

export class StateCapture {
  private readonly facts: Acknowledgement
  private readonly waiting: CapturedStage[]
  private readonly chunks: SnapshotChunk[] = []

  /** `facts`: what is acknowledged, with the chunks that are written already. */
  constructor(facts: Acknowledgement, stages: readonly CapturedStage[]) {
    this.facts = facts
    this.waiting = [...stages]
    this.skipWritten()
  }

  get isWritten(): boolean {
    return this.waiting.length === 0
  }

  writeSome(): void {
    const stage = this.waiting[0]
    if (stage === undefined || stage.rest?.writeSome(stage.writer) === false) return
    this.finish(this.waiting.shift()!)
    this.skipWritten()
  }

  acknowledgement(): Acknowledgement {
    return { ...this.facts, chunks: [...this.facts.chunks, ...this.chunks] }
  }

  private skipWritten(): void {
    while (this.waiting.length > 0 && this.waiting[0]!.rest === null) this.finish(this.waiting.shift()!)
  }

  private finish({ name, writer }: CapturedStage): void {
    this.chunks.push({ name, bytes: writer.finish() })
  }
}
