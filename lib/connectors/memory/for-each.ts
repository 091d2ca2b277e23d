/** A sink that calls a function. */
import type { SinkConnector } from '../../api/connector.ts'
import { callSite } from '../../api/call-site.ts'
import { checkFunction } from '../../api/option-checks.ts'

/**
 * Calls `fn` with each record, at least once: after a restart the records since the last checkpoint come again.
 * @throws OPTION_INVALID when it is not given a function
 * @example
 * sink('alerts', forEach((alert) => notify(alert)))
 */
export const forEach = <T>(fn: (record: T) => void): SinkConnector<T> => {
  checkFunction('fn of forEach', fn, callSite())
  return {
    name: 'forEach',
  belongsToCaller: true,
    format(record: T) {
      fn(record)
      return record
    },
    open: () => ({ write() {}, close() {} }),
  }
}
