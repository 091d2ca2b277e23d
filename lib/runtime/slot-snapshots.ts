/**
 * What the actors of one part in a slot acknowledge. Once all of them have, the slot writes their chunks into a file of its own, and tells
 * only where they lie: acknowledged is what is durable.
 */
import type { ChunkFile } from '../checkpoint/chunk-file.ts'
import type { Acknowledgement, SnapshotChunk } from './actor-host.ts'

export interface SlotSnapshotsHost {
  /** Actors that acknowledge each checkpoint. */
  readonly actors: number
  write(checkpoint: number, chunks: readonly SnapshotChunk[]): Promise<ChunkFile>
  /** `stored`: the file, or why there is none; null where there was nothing to write. */
  tell(acks: readonly Acknowledgement[], stored: ChunkFile | { readonly error: unknown } | null): void
}

export class SlotSnapshots {
  private readonly host: SlotSnapshotsHost
  private checkpoint = -1
  /** Of that checkpoint. */
  private acks: Acknowledgement[] = []
  private isWriting = false

  constructor(host: SlotSnapshotsHost) {
    this.host = host
  }

  /** One that comes before all have acknowledged an earlier checkpoint says that it has been given up. */
  acknowledged(ack: Acknowledgement): void {
    if (ack.checkpoint < this.checkpoint) return
    if (ack.checkpoint > this.checkpoint) this.acks = []
    this.checkpoint = ack.checkpoint
    this.acks.push(ack)
    if (!this.isWriting) void this.write()
  }

  /** One at a time: of those that come meanwhile the newest is kept. */
  private async write(): Promise<void> {
    this.isWriting = true
    while (this.acks.length === this.host.actors) {
      const { acks, checkpoint } = this
      this.acks = []
      const chunks = acks.flatMap((ack) => ack.chunks)
      const stored = chunks.length === 0 ? null : await this.host.write(checkpoint, chunks).catch((error: unknown) => ({ error }))
      this.host.tell(
        acks.map((ack) => ({ ...ack, chunks: [] })),
        stored,
      )
    }
    this.isWriting = false
  }
}
