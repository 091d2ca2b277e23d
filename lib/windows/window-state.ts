/** What the kinds of windowed operators have in common: what they are made of, and the head of a snapshot. */
import type { Cursor, ManyOperator, OperatorContext, RestoreScope, StatePart, Unwritten } from '../operators/operator.ts'
import { MillraceError } from '../errors.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { FoldLayout } from './fold-layout.ts'

export interface WindowSetup {
  /** Milliseconds. */
  readonly allowedLateness: number
  readonly layout: FoldLayout
  readonly maxParallelism: number
  /** Senders have combined records: among them come `Part`s. */
  readonly takesParts: boolean
}

/** An operator of windows in event time. */
export interface WindowedOperator extends ManyOperator {
  onWatermark(at: number, context: OperatorContext): Cursor | null
  undo(record: unknown, context: OperatorContext): boolean
  guard(): void
  snapshot(writer: ByteWriter): Unwritten | void
  restore(scope: RestoreScope): void
  size(): number
  /** The last watermark. */
  readonly watermark: number
  /** The least watermark that may fire or free something, +∞ if none is known. */
  nextDue(): number
}

const layoutVersion = 2

/** Where an operator stands in its input. */
export interface Progress {
  readonly watermark: number
  /** Records so far: the order of arrival. */
  readonly seq: number
}

export const writeProgress = (writer: ByteWriter, { watermark, seq }: Progress): void => {
  writer.u8(layoutVersion)
  writer.f64(watermark)
  writer.f64(seq)
}

/** Reads the head of each part: the least watermark, the largest count. */
export const readProgress = (parts: readonly StatePart[]): Progress => {
  let watermark = parts.length === 0 ? -Infinity : Infinity
  let seq = 0
  for (const { reader } of parts) {
    const version = reader.u8()
    if (version !== layoutVersion)
      throw new MillraceError('SNAPSHOT_INCOMPATIBLE', `windows were stored in layout ${version}, this release reads ${layoutVersion}`)
    watermark = Math.min(watermark, reader.f64())
    seq = Math.max(seq, reader.f64())
  }
  return { watermark, seq }
}
