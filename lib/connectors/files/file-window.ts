/** A window that slides over a file: the bytes read and not yet taken, and where they stand in it. One block is read ahead. */
import { MillraceError } from '../../errors.ts'
import type { Files, OpenFile } from '../../env/files.ts'
import { fileFault } from './file-fault.ts'

/** Bytes of a block. A buffer has a quarter more before it, for the row that began in the block before. */
const [blockMin, blockMax] = [16 * 1024, 256 * 1024] as const
const lineFeed = 10

type Read = { readonly block: Buffer; readonly count: number } | { readonly error: unknown }

export class FileWindow {
  /** Valid from `from` to `to`, and one byte longer at least; `fill` moves and overwrites them. */
  bytes: Buffer = Buffer.alloc(1)
  from = 0
  to = 0
  /** No byte follows `to`. */
  ended = false
  /** Place in the file of `bytes[0]`. */
  private origin = 0
  private ahead: Promise<Read> | null = null
  /** A buffer for the next block. */
  private spare: Buffer | null = null
  private readonly blockBytes: number
  private readonly roomBefore: number
  private readonly path: string
  private readonly file: OpenFile
  /** Bytes of the file when it was opened. */
  private readonly size: number

  private constructor(path: string, file: OpenFile, size: number) {
    this.path = path
    this.file = file
    this.size = size
    this.blockBytes = Math.min(blockMax, Math.max(blockMin, size))
    this.roomBefore = this.blockBytes >> 2
  }

  /** @throws SOURCE_FAILED when it does not exist, is a folder, or must not be read */
  static async open(files: Files, path: string): Promise<FileWindow> {
    try {
      const resolved = files.resolve(path)
      const { isDirectory, size } = await files.stat(resolved)
      if (isDirectory) throw Object.assign(new Error(`EISDIR: ${path}`), { code: 'EISDIR' })
      return new FileWindow(path, await files.open(resolved, 'read'), size)
    } catch (error) {
      throw fileFault('SOURCE_FAILED', path, error)
    }
  }

  /** Place in the file of the first byte not taken. */
  get offset(): number {
    return this.origin + this.from
  }

  /**
   * Goes to `offset`, which is behind a row.
   * @throws SOURCE_FAILED when no row ends there: it is not the file that was read up to there
   */
  async seek(offset: number): Promise<void> {
    if (offset === this.offset) return
    if (offset < this.offset) throw this.otherFile(`has its first row at byte ${this.offset}; reading is to go on at byte ${offset}`)
    const before = Buffer.alloc(1)
    try {
      const { size } = await this.file.stat()
      if (size < offset) throw this.otherFile(`has ${size} bytes; ${offset} were read from it before`)
      if (offset < size) await this.file.read(before, 0, 1, offset - 1)
      if (offset < size && before[0] !== lineFeed) throw this.otherFile(`has no line end before byte ${offset}, where reading is to go on`)
    } catch (error) {
      throw fileFault('SOURCE_FAILED', this.path, error)
    }
    this.ahead = null
    this.origin = offset
    this.from = this.to = 0
    this.ended = false
  }

  private otherFile(what: string): MillraceError {
    return new MillraceError('SOURCE_FAILED', `${this.path} ${what}`, {
      next: "Bring back the file that the checkpoint was taken with, or start anew with restore: 'none'.",
    })
  }

  /**
   * Takes in the next block, or finds that there is none. What is held is kept; of a long row as many bytes come as are held already.
   * @throws SOURCE_FAILED when the file cannot be read, or ends before the bytes that it had when it was opened
   */
  async fill(): Promise<void> {
    const held = this.to - this.from
    const wanted = held > this.roomBefore ? 2 * held : held + 1
    while (this.to - this.from < wanted && !this.ended) await this.fillOnce()
  }

  private async fillOnce(): Promise<void> {
    const place = this.origin + this.to
    const read = await (this.ahead ?? this.readBlock(place))
    this.ahead = null
    if ('error' in read) throw fileFault('SOURCE_FAILED', this.path, read.error)
    const { block, count } = read
    if (count > 0) {
      this.take(block, count, place + count)
      this.ahead = this.readBlock(place + count)
    } else if (place >= this.size) this.ended = true
    else {
      throw new MillraceError('SOURCE_FAILED', `${this.path} ended at byte ${place}; it had ${this.size} when it was opened`, {
        next: 'Let nothing cut a file that is being read: write a new one and rename it.',
      })
    }
  }

  private readBlock(place: number): Promise<Read> {
    const { blockBytes, roomBefore } = this
    const block = this.spare ?? Buffer.allocUnsafe(roomBefore + blockBytes + 1)
    this.spare = null
    return this.file.read(block, roomBefore, blockBytes, place).then(
      (count) => ({ block, count }),
      (error: unknown) => ({ error }),
    )
  }

  private take(block: Buffer, count: number, end: number): void {
    const { bytes, from, to, roomBefore } = this
    const held = to - from
    if (held <= roomBefore) {
      bytes.copy(block, roomBefore - held, from, to)
      this.hold(block, roomBefore - held, roomBefore + count, end)
      this.spare = bytes.length === block.length ? bytes : null
      return
    }
    // A long row: its buffer doubles where it is full.
    const isFull = bytes.length - to <= count
    const room = isFull ? Buffer.allocUnsafe(2 * (held + count)) : bytes
    if (isFull) bytes.copy(room, 0, from, to)
    const behind = isFull ? held : to
    block.copy(room, behind, roomBefore, roomBefore + count)
    this.hold(room, behind - held, behind + count, end)
    this.spare = block
  }

  /** `end`: place in the file of the byte behind `to`. */
  private hold(bytes: Buffer, from: number, to: number, end: number): void {
    this.bytes = bytes
    this.from = from
    this.to = to
    this.origin = end - to
  }

  close(): Promise<void> {
    return this.file.close()
  }
}
