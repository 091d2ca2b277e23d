/** What is done to the records of a window: the part of a windowed stage that does not depend on the assigner. */
import type { AggregateNode } from './aggregate-spec.ts'

export type WindowFold =
  | { readonly kind: 'reduce'; readonly fn: (a: unknown, b: unknown) => unknown }
  /** `seed` is a value, copied for each window, or a function that makes one. */
  | { readonly kind: 'scan'; readonly fn: (acc: unknown, record: unknown) => unknown; readonly seed: unknown }
  | { readonly kind: 'aggregate'; readonly node: AggregateNode }
