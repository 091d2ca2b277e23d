/** Whether a pane is the last one is known at its firing, and with several splits depends on how they interleave (semantics.md §3). */
export const withoutLast = (record: unknown): unknown =>
  typeof record === 'object' && record !== null && 'pane' in record ? { ...record, pane: { ...(record.pane as object), isLast: 'open' } } : record
