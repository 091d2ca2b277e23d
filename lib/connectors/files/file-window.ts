/** A window that slides over a file: the bytes read and not yet taken, and where they stand in it. */
import { MillraceError } from '../../errors.ts'
import type { Files, OpenFile } from '../../env/files.ts'
import { fileFault } from './file-fault.ts'

const chunkBytes = 256 * 1024

export class FileWindow {
  /** Valid from `from` to `to`; `fill` moves and overwrites them. */
  bytes: Buffer = Buffer.allocUnsafe(chunkBytes)
  from = 0
  to = 0
  /** No byte follows `to`. */
  ended = false
  /** Place in the file of `bytes[0]`. */
  private origin = 0
  private readonly path: string
  private readonly file: OpenFile

  private constructor(path: string, file: OpenFile) {
    this.path = path
    this.file = file
  }

  /** @throws SOURCE_FAILED when it does not exist, is a folder, or must not be read */
  static async open(files: Files, path: string): Promise<FileWindow> {
    try {
      const resolved = files.resolve(path)
      const { isDirectory } = await files.stat(resolved)
      if (isDirectory) throw Object.assign(new Error(`EISDIR: ${path}`), { code: 'EISDIR' })
      return new FileWindow(path, await files.open(resolved, 'read'))
    } catch (error) {
      throw fileFault('SOURCE_FAILED', path, error)
    }
  }

  /** Place in the file of the first byte not taken. */
  get offset(): number {
    return this.origin + this.from
  }

  /** @throws SOURCE_FAILED when the file ends before `offset`: it is not the file that was read up to there */
  async seek(offset: number): Promise<void> {
    const { size } = await this.file.stat()
    if (size < offset) {
      throw new MillraceError('SOURCE_FAILED', `${this.path} has ${size} bytes; ${offset} were read from it before`, {
        next: "Bring back the file that the checkpoint was taken with, or start anew with restore: 'none'.",
      })
    }
    if (offset >= this.origin && offset <= this.origin + this.to) this.from = offset - this.origin
    else {
      this.origin = offset
      this.from = this.to = 0
      this.ended = false
    }
  }

  /** Reads more bytes behind `to`, or finds that there are none. What is held is kept; the room doubles when it is full. */
  async fill(): Promise<void> {
    this.makeRoom()
    try {
      const read = await this.file.read(this.bytes, this.to, this.bytes.length - this.to, this.origin + this.to)
      this.to += read
      this.ended = read === 0
    } catch (error) {
      throw fileFault('SOURCE_FAILED', this.path, error)
    }
  }

  private makeRoom(): void {
    const held = this.to - this.from
    const full = held > this.bytes.length / 2
    const size = full ? this.bytes.length * 2 : held <= chunkBytes / 2 ? chunkBytes : this.bytes.length
    const room = size === this.bytes.length ? this.bytes : Buffer.allocUnsafe(size)
    if (this.from > 0 || room !== this.bytes) this.bytes.copy(room, 0, this.from, this.to)
    this.bytes = room
    this.origin += this.from
    this.from = 0
    this.to = held
  }

  close(): Promise<void> {
    return this.file.close()
  }
}
