/** A sink that prints. */
import type { SinkConnector } from '../../api/connector.ts'
import type { Files } from '../../env/files.ts'
import { fileFault } from './file-fault.ts'
import { jsonLine } from './json-line.ts'

/**
 * Prints each record on a line: strings as they are, anything else as JSON. At least once: what was printed stays printed.
 * @example
 * sink('screen', stdout())
 */
export const stdout = <T = unknown>(): SinkConnector<T> => ({
  name: 'stdout',
  belongsToCaller: true,
  format: (record: T) => (typeof record === 'string' ? record : jsonLine(record)),
  open: ({ env }) => ({
    write: (lines: readonly string[]) => (lines.length === 0 ? undefined : printed(env.files, `${lines.join('\n')}\n`)),
    close() {},
  }),
})

const printed = async (files: Files, text: string): Promise<void> => {
  try {
    await files.print(text)
  } catch (error) {
    throw fileFault('SINK_FAILED', 'standard output', error)
  }
}
