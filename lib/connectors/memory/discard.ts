/** A sink that keeps nothing. */
import type { SinkConnector } from '../../api/connector.ts'

/**
 * Drops what reaches it; it is counted in `results` all the same.
 * @example
 * sink('nowhere', discard())
 */
export const discard = (): SinkConnector<unknown> => ({ name: 'discard', open: () => ({ write() {}, close() {} }) })
