/** Connectors that carry a type and nothing else. */
import type { SinkConnector, SourceConnector } from '../../lib/api/connector.ts'

export const records = <T>(): SourceConnector<T> => ({
  splits: () => [],
  open: () => ({ poll: () => ({ records: [], position: 0 }), close: () => {} }),
})

export const accepting = <T>(): SinkConnector<T> => ({ open: () => ({ write: () => {}, close: () => {} }) })

export type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
export const yes = <_ extends true>(): void => {}
