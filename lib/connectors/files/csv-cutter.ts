/**
 * Cuts CSV (RFC 4180) into cells, byte by byte: no text is made before a cell's type is known. A quote inside an unquoted
 * cell is an ordinary character; a lone carriage return too.
 */
const [quote, lineFeed, carriageReturn] = [34, 10, 13] as const

/** How a cell is written. */
export const plain = 0
export const quoted = 1
/** Quoted, and some quotes in it are doubled. */
export const escaped = 2

export class CsvCutter {
  /** Cell i of the row last cut: from starts[i] to ends[i], without quotes, written as kinds[i]; cells beyond the room are only counted. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly kinds: Uint8Array
  cells = 0
  lineEnds = 0
  /** Every byte of the row is below 128. */
  isAscii = true
  /** What is wrong with the quotes, and in which cell. */
  flaw: string | null = null
  flawedCell = 0
  private readonly delimiter: number
  private readonly room: number
  private seen = 0
  private skipState: 'cell start' | 'plain' | 'quoted' | 'quote in quoted' = 'cell start'

  /** @param delimiter one ASCII character */
  constructor(delimiter: string, room: number) {
    this.delimiter = delimiter.charCodeAt(0)
    this.room = room
    this.starts = new Int32Array(room)
    this.ends = new Int32Array(room)
    this.kinds = new Uint8Array(room)
  }

  /** As RowCutter.cut; a row without cells does not exist, a blank line has one empty cell. */
  readonly cut = (bytes: Uint8Array, from: number, to: number, last: boolean): number => {
    const { delimiter } = this
    this.cells = 0
    this.lineEnds = 0
    this.flaw = null
    this.seen = 0
    let seen = 0
    let at = from
    for (;;) {
      if (at < to && bytes[at] === quote) {
        at = this.cutQuoted(bytes, at + 1, to, last)
        if (at < 0) return -1
      } else {
        const start = at
        for (; at < to; at++) {
          const byte = bytes[at]!
          if (byte === delimiter || byte === lineFeed) break
          seen |= byte
        }
        if (at === to && !last) return -1
        const isCrLf = at < to && bytes[at] === lineFeed && at > start && bytes[at - 1] === carriageReturn
        this.add(start, isCrLf ? at - 1 : at, plain)
      }
      if (at === to || bytes[at] === lineFeed) break
      at++
    }
    this.isAscii = (seen | this.seen) < 128
    if (at === to) return to
    this.lineEnds++
    return at + 1
  }

  /** From behind the opening quote to the delimiter, line feed or end behind the cell; −1: it does not end before `to`. */
  private cutQuoted(bytes: Uint8Array, from: number, to: number, last: boolean): number {
    let kind: number = quoted
    let at = from
    for (;;) {
      for (; at < to; at++) {
        const byte = bytes[at]!
        if (byte === quote) break
        if (byte === lineFeed) this.lineEnds++
        this.seen |= byte
      }
      // The byte behind a quote decides what the quote means.
      if (at + 1 >= to && !last) return -1
      if (at >= to) {
        this.spoil('the quote is not closed')
        this.add(from, to, kind)
        return to
      }
      if (at + 1 === to || bytes[at + 1] !== quote) break
      kind = escaped
      at += 2
    }
    const end = at++
    if (at === to || bytes[at] === this.delimiter || bytes[at] === lineFeed) {
      this.add(from, end, kind)
      return at
    }
    if (bytes[at] === carriageReturn) {
      if (at + 1 === to && !last) return -1
      if (bytes[at + 1] === lineFeed && at + 1 < to) {
        this.add(from, end, kind)
        return at + 1
      }
    }
    this.spoil('text follows the closing quote')
    this.add(from, end, kind)
    while (at < to && bytes[at] !== this.delimiter && bytes[at] !== lineFeed) this.seen |= bytes[at++]!
    return at === to && !last ? -1 : at
  }

  private add(start: number, end: number, kind: number): void {
    const cell = this.cells++
    if (cell >= this.room) return
    this.starts[cell] = start
    this.ends[cell] = end
    this.kinds[cell] = kind
  }

  private spoil(flaw: string): void {
    if (this.flaw !== null) return
    this.flaw = flaw
    this.flawedCell = this.cells
  }

  beginSkip(): void {
    this.skipState = 'cell start'
    this.lineEnds = 0
  }

  skip(bytes: Uint8Array, from: number, to: number, last: boolean): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!
      if (byte === lineFeed) this.lineEnds++
      if (this.skipState === 'quoted') {
        if (byte === quote) this.skipState = 'quote in quoted'
      } else if (byte === lineFeed) return at + 1
      else if (byte === this.delimiter) this.skipState = 'cell start'
      else if (byte === quote && this.skipState !== 'plain') this.skipState = 'quoted'
      else this.skipState = 'plain'
    }
    return last ? to : -1
  }
}

/** The bytes of an escaped cell with its quotes made single, in `scratch`; the number of them. */
export const unescape = (bytes: Uint8Array, from: number, to: number, scratch: Uint8Array): number => {
  let length = 0
  for (let at = from; at < to; at++) {
    scratch[length++] = bytes[at]!
    if (bytes[at] === quote) at++
  }
  return length
}
