/** Windows by brute force: every window keeps every record, everything is sorted anew each time. */
import type { Output, Sample, Step } from './window-harness.ts'

export interface OracleStage {
  readonly lateness: number
  /** The value of a window, from its records as they came. */
  readonly value: (records: readonly Sample[]) => unknown
  /** Records that are given up once they turn out not to be late. */
  readonly isPoison?: (record: Sample) => boolean
}

interface Held {
  readonly key: Sample['key']
  readonly records: { readonly sample: Sample; readonly seq: number }[]
  firings: number
}

interface HeldWindow {
  readonly start: number
  readonly end: number
  readonly keys: Held[]
}

export interface Expected {
  readonly outputs: Output[]
  readonly late: Sample[]
}

const output = (key: Sample['key'], start: number, end: number, value: unknown, index: number, timing: string, isLast: boolean): Output => ({
  key,
  window: { start, end },
  value,
  pane: { index, timing, isLast },
})

export interface AlignedStage extends OracleStage {
  readonly size: number
  readonly slide: number
  readonly offset: number
  /** Length of panes, where keys go by the pane they first come in. */
  readonly pane?: number
}

const floorTo = (time: number, step: number, offset: number): number => Math.floor((time - offset) / step) * step + offset

export const alignedOracle = (stage: AlignedStage, steps: readonly Step[]): Expected => {
  const { size, slide, offset, lateness, value, pane } = stage
  let watermark = -Infinity
  const windows = new Map<number, HeldWindow>()
  const expected: Expected = { outputs: [], late: [] }
  const fire = (window: HeldWindow, held: Held, timing: string, isLast: boolean): void => {
    const samples = held.records.map(({ sample }) => sample)
    expected.outputs.push(output(held.key, window.start, window.end, value(samples), held.firings++, timing, isLast))
  }
  const inOrder = ({ keys }: HeldWindow): Held[] => {
    if (pane === undefined) return keys
    const firstPane = (held: Held): number => Math.min(...held.records.map(({ sample }) => floorTo(sample.time, pane, offset)))
    const firstSeq = (held: Held): number => held.records.find(({ sample }) => floorTo(sample.time, pane, offset) === firstPane(held))!.seq
    return [...keys].sort((a, b) => firstPane(a) - firstPane(b) || firstSeq(a) - firstSeq(b))
  }
  for (const [seq, step] of steps.entries()) {
    if ('watermark' in step) {
      const due = [...windows.values()].filter(({ end }) => end - 1 > watermark && end - 1 <= step.watermark).sort((a, b) => a.end - b.end)
      for (const window of due) for (const held of inOrder(window)) fire(window, held, 'on-time', window.end - 1 + lateness <= step.watermark)
      watermark = Math.max(watermark, step.watermark)
      continue
    }
    const { record } = step
    const starts: number[] = []
    for (let start = floorTo(record.time, slide, offset); start + size > record.time; start -= slide) starts.unshift(start)
    if (starts.length === 0) continue
    const open = starts.filter((start) => start + size - 1 + lateness > watermark)
    if (open.length === 0) expected.late.push(record)
    else if (stage.isPoison?.(record)) continue
    const late: [HeldWindow, Held][] = []
    for (const start of open) {
      const window = windows.get(start) ?? { start, end: start + size, keys: [] }
      windows.set(start, window)
      let held = window.keys.find(({ key }) => key === record.key)
      if (held === undefined) window.keys.push((held = { key: record.key, records: [], firings: 0 }))
      held.records.push({ sample: record, seq })
      if (window.end - 1 <= watermark) late.push([window, held])
    }
    for (const [window, held] of late) fire(window, held, 'late', false)
  }
  return expected
}

export interface SessionStage extends OracleStage {
  readonly gap: (record: Sample) => number
}

interface HeldSession {
  readonly key: Sample['key']
  start: number
  end: number
  records: { readonly sample: Sample; readonly seq: number }[]
  /** Reduced with `+`: earlier sessions first, then the record. */
  joined: string
  firings: number
}

/** `value` gets the records by arrival, and what joining texts in the order of reduce gives. */
export const sessionOracle = (
  { gap, lateness, value, isPoison }: Omit<SessionStage, 'value'> & { readonly value: (records: readonly Sample[], joined: string) => unknown },
  steps: readonly Step[],
): Expected => {
  let watermark = -Infinity
  let sessions: HeldSession[] = []
  const expected: Expected = { outputs: [], late: [] }
  const fire = (session: HeldSession, timing: string, isLast: boolean): void => {
    const samples = session.records.toSorted((a, b) => a.seq - b.seq).map(({ sample }) => sample)
    expected.outputs.push(output(session.key, session.start, session.end, value(samples, session.joined), session.firings++, timing, isLast))
  }
  const firstSeq = (session: HeldSession): number => Math.min(...session.records.map(({ seq }) => seq))
  for (const [seq, step] of steps.entries()) {
    if ('watermark' in step) {
      const at = step.watermark
      const due = sessions.filter(({ end }) => end - 1 > watermark && end - 1 <= at)
      due.sort((a, b) => a.end - b.end || a.start - b.start || firstSeq(a) - firstSeq(b))
      for (const session of due) fire(session, 'on-time', session.end - 1 + lateness <= at)
      watermark = Math.max(watermark, at)
      sessions = sessions.filter(({ end }) => end - 1 + lateness > watermark)
      continue
    }
    const { record } = step
    const own = { start: record.time, end: record.time + gap(record) }
    const met = sessions
      .filter(({ key, start, end }) => key === record.key && start <= own.end && end >= own.start)
      .sort((a, b) => a.start - b.start)
    const merged: HeldSession = {
      key: record.key,
      start: Math.min(own.start, ...met.map(({ start }) => start)),
      end: Math.max(own.end, ...met.map(({ end }) => end)),
      records: [...met.flatMap(({ records }) => records), { sample: record, seq }],
      joined: met.map(({ joined }) => joined).join('') + String(record.v),
      firings: Math.max(0, ...met.map(({ firings }) => firings)),
    }
    if (merged.end - 1 + lateness <= watermark) {
      expected.late.push(record)
      continue
    }
    if (isPoison?.(record)) continue
    sessions = [...sessions.filter((session) => !met.includes(session)), merged]
    if (merged.end - 1 <= watermark) fire(merged, 'late', false)
  }
  return expected
}
