/**
 * Reads a file row by row in constant memory. A cutter finds where a row ends and what it holds; positions are byte
 * offsets between rows, so that reading can go on from any of them.
 */
import type { SourceBatch, SourceReader } from '../../api/connector.ts'
import { excerpt, type BadRow } from './bad-row.ts'
import type { FileWindow } from './file-window.ts'

/** Where the next row begins. */
export interface FilePosition {
  readonly offset: number
  /** From 1. */
  readonly line: number
}

export interface RowCutter<T> {
  /**
   * A short cut: adds rows that hold no surprise, up to `max`, each with one line end, and gives the index behind the last of them.
   * What it leaves is cut. `bytes[to]` is there and may be overwritten.
   */
  read?(bytes: Buffer, from: number, to: number, rows: unknown[], max: number): number
  /** Index behind the row at `from` and its line end; −1: it does not end before `to`. `last`: the file ends at `to`. */
  cut(bytes: Buffer, from: number, to: number, last: boolean): number
  /** Line ends in the row last cut. */
  readonly lineEnds: number
  /** The row last cut; undefined: a blank line, which is none. */
  take(bytes: Buffer, from: number, end: number, line: number): T | BadRow | undefined
  /** Begins to pass over a row that is too long to hold. */
  beginSkip(): void
  /** Goes on with it: as `cut`, for the part of the row from `from` to `to`; −1: all of it was passed over. */
  skip(bytes: Buffer, from: number, to: number, last: boolean): number
}

export interface LineReaderOptions {
  readonly path: string
  readonly position: FilePosition
  readonly rowBytesMax: number
  /** How many rows may be read by now, counted from the reader's opening. */
  readonly due: () => number
}

/** The longest row in bytes. */
export const rowBytesMax: number = 16 * 1024 * 1024

/** Skips a byte order mark; the position of the first row. */
export const startOfFile = async (window: FileWindow): Promise<FilePosition> => {
  while (window.to - window.from < 3 && !window.ended) await window.fill()
  const { bytes, from, to } = window
  if (to - from >= 3 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) window.from += 3
  return { offset: window.offset, line: 1 }
}

/** The row at the window's place, or undefined at the end of the file. Not whole: longer than `lengthMax`, and its end may be missing. */
export const readRow = async (
  window: FileWindow,
  cut: RowCutter<unknown>['cut'],
  lengthMax: number,
): Promise<{ from: number; end: number; isWhole: boolean } | undefined> => {
  for (;;) {
    const { bytes, from, to, ended } = window
    if (from === to && ended) return undefined
    const end = from === to ? -1 : cut(bytes, from, to, ended)
    if (end >= 0) return { from, end, isWhole: end - from <= lengthMax }
    if (to - from > lengthMax) return { from, end: to, isWhole: false }
    await window.fill()
  }
}

/** The window must stand at `position`. */
export const readRows = <T>(
  window: FileWindow,
  cutter: RowCutter<T>,
  options: LineReaderOptions,
): SourceReader<T | BadRow, FilePosition> => {
  const { path, due } = options
  let { offset, line } = options.position
  let taken = 0

  const tooLong = (text: string): BadRow => ({
    'bad row': `the row is longer than ${options.rowBytesMax} bytes`,
    file: path,
    line,
    at: 1,
    column: null,
    text,
  })

  /** What the window holds whole, up to `max` rows. */
  const takeHeld = (max: number): (T | BadRow)[] => {
    const rows: (T | BadRow)[] = []
    const { bytes, to, ended } = window
    let from = window.from
    const isSimple = cutter.read !== undefined && to - from <= options.rowBytesMax
    while (rows.length < max && from < to) {
      if (isSimple) {
        const before = rows.length
        from = cutter.read!(bytes, from, to, rows, max)
        line += rows.length - before
        if (rows.length === max || from === to) break
      }
      const end = cutter.cut(bytes, from, to, ended)
      if (end < 0) break
      const row = end - from > options.rowBytesMax ? tooLong(excerpt(bytes, from, end)) : cutter.take(bytes, from, end, line)
      if (row !== undefined) rows.push(row)
      line += cutter.lineEnds
      from = end
    }
    window.from = from
    offset = window.offset
    taken += rows.length
    return rows
  }

  const isDone = (): boolean => window.ended && window.from === window.to
  const batchOf = (rows: (T | BadRow)[]): SourceBatch<T | BadRow, FilePosition> => ({
    records: rows,
    position: { offset, line },
    done: isDone(),
  })

  const skipRow = async (): Promise<BadRow> => {
    const row = tooLong(excerpt(window.bytes, window.from, window.to))
    cutter.beginSkip()
    for (;;) {
      const end = cutter.skip(window.bytes, window.from, window.to, window.ended)
      window.from = end < 0 ? window.to : end
      if (end >= 0) break
      await window.fill()
    }
    line += cutter.lineEnds
    offset = window.offset
    taken += 1
    return row
  }

  const readOn = async (max: number): Promise<SourceBatch<T | BadRow, FilePosition>> => {
    while (!isDone()) {
      if (window.to - window.from > options.rowBytesMax) return batchOf([await skipRow()])
      await window.fill()
      const rows = takeHeld(max)
      if (rows.length > 0) return batchOf(rows)
    }
    return batchOf([])
  }

  return {
    poll(most) {
      const max = Math.min(most, due() - taken)
      if (max <= 0) return batchOf([])
      const rows = takeHeld(max)
      return rows.length > 0 || isDone() ? batchOf(rows) : readOn(max)
    },
    close: () => window.close(),
  }
}
