/** A sink that calls a function. */
import type { SinkConnector } from '../../api/connector.ts'
import { MillraceError } from '../../errors.ts'

/**
 * Calls `fn` with each record, at least once: after a restart the records since the last checkpoint come again.
 * @throws OPTION_INVALID when it is not given a function
 * @example
 * sink('alerts', forEach((alert) => notify(alert)))
 */
export const forEach = <T>(fn: (record: T) => void): SinkConnector<T> => {
  if (typeof fn !== 'function') throw new MillraceError('OPTION_INVALID', 'forEach was not given a function', { next: 'Pass (record) => { … }.' })
  return {
    name: 'forEach',
    format(record: T) {
      fn(record)
      return record
    },
    open: () => ({ write() {}, close() {} }),
  }
}
