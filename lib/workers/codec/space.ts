/** Memory that a frame is written into or read from, seen as bytes and as numbers of every width. Offsets of frames are multiples of 8. */

/** Thrown where memory that may not grow has no room for a frame. */
export const full: unique symbol = Symbol('full')

/** The next multiple of 8. */
export const aligned = (bytes: number): number => (bytes + 7) & ~7

/** What is used of a Buffer. Named here, as the public types reach it and are to need none of Node's. */
interface TextBytes {
  /** Bytes written. */
  write(text: string, at: number, encoding: 'latin1' | 'utf16le'): number
  toString(encoding: 'latin1' | 'utf16le', from: number, to: number): string
}

export class Space {
  u1!: Uint8Array
  u2!: Uint16Array
  i4!: Int32Array
  f8!: Float64Array
  /** The same bytes, for their text. */
  text!: TextBytes
  /** Nothing is written from here on; only a space of its own memory can grow past it. */
  limit = 0
  readonly #grows: boolean

  /** `buffer`: of a multiple of 8 bytes. */
  constructor(buffer: ArrayBufferLike, grows: boolean) {
    this.#grows = grows
    this.#over(buffer)
  }

  get buffer(): ArrayBufferLike {
    return this.u1.buffer
  }

  /** Makes sure of room up to byte `end`; the views may be others afterwards. @throws `full` */
  reserve(end: number): void {
    if (end <= this.limit) return
    if (!this.#grows) throw full
    const grown = new ArrayBuffer(aligned(Math.max(end, 2 * this.limit)))
    const { u1 } = this
    this.#over(grown)
    this.u1.set(u1)
  }

  #over(buffer: ArrayBufferLike): void {
    this.u1 = new Uint8Array(buffer)
    this.u2 = new Uint16Array(buffer)
    this.i4 = new Int32Array(buffer)
    this.f8 = new Float64Array(buffer)
    this.text = Buffer.from(buffer as ArrayBuffer)
    this.limit = buffer.byteLength
  }
}
