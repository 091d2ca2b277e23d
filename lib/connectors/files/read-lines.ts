/** A source of the lines of text files. */
import type { SourceConnector } from '../../api/connector.ts'
import type { Given } from '../options.ts'
import { admitRow } from './bad-row.ts'
import { fileSource, type FileSourceOptions } from './file-source.ts'
import type { FilePosition } from './line-reader.ts'
import { plainLines } from './plain-lines.ts'

/**
 * Lines of a UTF-8 file, or of each file that a glob names, without their line ends (LF or CRLF).
 * A line that is not UTF-8 or longer than 16 MiB is ROW_INVALID: to the dead letters, or with `onBadRow: 'fail'` the end of the job.
 * @throws OPTION_INVALID for an option that does not exist or fit
 * @example
 * const lines = source('lines', readLines('logs/*.txt'))
 */
export const readLines = (path: Given<string>, options: FileSourceOptions = {}): SourceConnector<string, FilePosition> =>
  fileSource<string, string>(path, {
    call: 'readLines',
    options,
    opening: (file) => () => ({ cutter: plainLines(file, (text) => text), lineEnds: 0 }),
    admit: admitRow,
  })
