/** A sink that writes text files. */
import type { SinkConnector } from '../../api/connector.ts'
import { MillraceError } from '../../errors.ts'
import { usingParameters } from '../../api/parameter.ts'
import type { Given } from '../options.ts'
import { openFileWriter, plainForm, type FileHandle } from './file-writer.ts'
import { targetOf } from './target.ts'
import { fileSinkSettings, type FileSinkOptions } from './write-options.ts'

/**
 * Writes strings as lines, exactly once; a string with line feeds in it makes several. A record that is no string fails with
 * SINK_FAILED, alone.
 * @throws OPTION_INVALID for an option that does not exist or fit
 * @example
 * sink('report', writeLines('report.txt'))
 */
export const writeLines = (path: Given<string>, options: FileSinkOptions = {}): SinkConnector<string, FileHandle> => {
  const settings = fileSinkSettings('writeLines', path, options)
  const connector: SinkConnector<string, FileHandle> = {
    name: typeof path === 'string' ? `writeLines ${path}` : 'writeLines',
    ...targetOf(path),
    canGoBack: true,
    format(record) {
      if (typeof record === 'string' && record.isWellFormed()) return record
      const what = typeof record === 'string' ? 'a string with half a surrogate pair' : `a record of type ${typeof record}`
      throw new MillraceError('SINK_FAILED', `${what} is not a line`, { next: 'Map the records to strings first, or use writeNdjson.' })
    },
    open: (context) => openFileWriter(context, settings, plainForm),
  }
  return usingParameters(connector, path)
}
