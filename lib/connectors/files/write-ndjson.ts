/** A sink that writes NDJSON files: one JSON value a line. */
import type { SinkConnector } from '../../api/connector.ts'
import { usingParameters } from '../../api/parameter.ts'
import type { Given } from '../options.ts'
import { openFileWriter, plainForm, type FileHandle } from './file-writer.ts'
import { jsonLine } from './json-line.ts'
import { targetOf } from './target.ts'
import { fileSinkSettings, type FileSinkOptions } from './write-options.ts'

/**
 * Writes records as JSON, one a line, exactly once; a bigint as a string. A record with another value that is not JSON fails
 * with SINK_FAILED, alone.
 * @throws OPTION_INVALID for an option that does not exist or fit
 * @example
 * sink('orders', writeNdjson('orders.ndjson', { existing: 'replace' }))
 */
export const writeNdjson = <T>(path: Given<string>, options: FileSinkOptions = {}): SinkConnector<T, FileHandle> => {
  const settings = fileSinkSettings('writeNdjson', path, options)
  const connector: SinkConnector<T, FileHandle> = {
    name: typeof path === 'string' ? `writeNdjson ${path}` : 'writeNdjson',
    ...targetOf(path),
    canGoBack: true,
    format: jsonLine,
    open: (context) => openFileWriter(context, settings, plainForm),
  }
  return usingParameters(connector, path)
}
