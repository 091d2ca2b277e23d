/** What the sources of files have in common: splits, options, pace; a format adds how its rows are cut. */
import type { SourceConnector } from '../../api/connector.ts'
import { callSite } from '../../api/call-site.ts'
import { checkNames } from '../../api/option-checks.ts'
import { usingParameters } from '../../api/parameter.ts'
import { choice, isPath, isRate, setting, type Given } from '../options.ts'
import { dueBy, paces } from '../pace.ts'
import type { BadRow } from './bad-row.ts'
import { FileWindow } from './file-window.ts'
import { readRows, rowBytesMax, startOfFile, type FilePosition, type RowCutter } from './line-reader.ts'
import { filesAt } from './paths.ts'

export interface FileSourceOptions {
  /** `'dead-letter'` (default): the job goes on without the row. `'fail'`: the job ends. */
  readonly onBadRow?: 'dead-letter' | 'fail'
  /** Rows a second, for each file. */
  readonly ratePerSecond?: Given<number>
}

export interface RowFormat<T, Raw> {
  readonly call: string
  readonly options: FileSourceOptions
  /** Names of options beyond the common ones. */
  readonly ownOptions?: readonly string[]
  /** What was given for them: values or parameters. */
  readonly ownSettings?: readonly unknown[]
  /** How a file is opened; called where options may be read. */
  opening(path: string): BeginRows<Raw>
  admit(raw: Raw | BadRow): T
}

/** Reads what stands before the first row, from behind the byte order mark, and says how rows are cut. */
export type BeginRows<Raw> = (window: FileWindow) => RowsBegin<Raw> | Promise<RowsBegin<Raw>>

export interface RowsBegin<Raw> {
  readonly cutter: RowCutter<Raw>
  /** Line ends before the first row. */
  readonly lineEnds: number
}

/** A source of one split per file, read from byte positions. */
export const fileSource = <T, Raw>(path: Given<string>, format: RowFormat<T, Raw>): SourceConnector<T, FilePosition> => {
  const { call, options } = format
  checkNames(call, options, ['onBadRow', 'ratePerSecond', ...(format.ownOptions ?? [])], callSite())
  const pathOf = setting(call, 'path', path, 'the path of a file', isPath)
  const badRow = choice(call, 'onBadRow', options.onBadRow ?? 'dead-letter', ['dead-letter', 'fail'])
  const rate = setting<number | null>(
    call,
    'ratePerSecond',
    options.ratePerSecond ?? null,
    'a number above 0',
    (n) => n === null || isRate(n),
  )
  const openings = paces()
  const connector: SourceConnector<T, FilePosition> = {
    name: typeof path === 'string' ? `${call} ${path}` : call,
    badRow,
    bounded: true,
    splits: async ({ env }) => (await filesAt(env.files, pathOf())).map((id) => ({ id })),
    async open(split, position, context) {
      const file = split.id
      const begin = format.opening(file)
      const ratePerSecond = rate()
      const window = await FileWindow.open(context.env.files, file)
      try {
        const first = await startOfFile(window)
        const { cutter, lineEnds } = await begin(window)
        const start = position ?? { offset: window.offset, line: first.line + lineEnds }
        if (position !== null) await window.seek(position.offset)
        const { since, base } = openings.openingOf(split, start.line, context)
        const due = (): number =>
          ratePerSecond === null ? Infinity : dueBy(context.env.clock.monotonic(), since, ratePerSecond) - (start.line - base)
        return readRows(window, cutter, { path: file, position: start, rowBytesMax, due })
      } catch (error) {
        await window.close()
        throw error
      }
    },
    admit: (raw) => format.admit(raw as Raw | BadRow),
  }
  return usingParameters(connector, path, options.ratePerSecond, ...(format.ownSettings ?? []))
}
