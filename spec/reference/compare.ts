/** Whether what a run gave is what the reference gives: in order where order is promised, else as a multiset. */
import { isDeepStrictEqual } from 'node:util'

/** A text that is equal for equal values only: it tells −0, NaN, undefined, bigint, Date, Map and Set apart; fields in any order. */
export const canonicalText = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${Array.from(value, canonicalText).join()}]`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Map) return `Map(${[...value].map(([k, v]) => `${canonicalText(k)}=>${canonicalText(v)}`).sort().join()})`
  if (value instanceof Set) return `Set(${[...value].map(canonicalText).sort().join()})`
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${new Uint8Array(value.buffer, value.byteOffset, value.byteLength).join()})`
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}:${canonicalText(field)}`)
  const prototype: unknown = Object.getPrototypeOf(value)
  const name = prototype === null || prototype === Object.prototype ? '' : value.constructor.name
  return `${name}{${fields.sort().join()}}`
}

const counted = (records: readonly unknown[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const text of records.map(canonicalText)) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

const described = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text)

/** null where they are equal, else the first difference in words. */
export const compareOutputs = (
  expected: { readonly records: readonly unknown[]; readonly ordered: boolean },
  received: readonly unknown[],
): string | null => {
  if (expected.ordered) {
    const longest = Math.max(expected.records.length, received.length)
    for (let i = 0; i < longest; i++) {
      if (i >= received.length) return `record ${i} is missing: ${described(canonicalText(expected.records[i]))}`
      if (i >= expected.records.length) return `record ${i} is one too many: ${described(canonicalText(received[i]))}`
      if (!isDeepStrictEqual(expected.records[i], received[i]))
        return `record ${i} is ${described(canonicalText(received[i]))}, not ${described(canonicalText(expected.records[i]))}`
    }
    return null
  }
  const wanted = counted(expected.records)
  const found = counted(received)
  for (const text of new Set([...wanted.keys(), ...found.keys()])) {
    const times = found.get(text) ?? 0
    const due = wanted.get(text) ?? 0
    if (times !== due) return `${times} times instead of ${due}: ${described(text)}`
  }
  return null
}
