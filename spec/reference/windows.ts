/** Tumbling and sliding windows: each window keeps, for each key, an accumulator and when its records came. */
import { isOrderFree } from '../../lib/windows/aggregate-spec.ts'
import type { AggregateNode } from '../../lib/windows/aggregate-spec.ts'
import type { SlidingAssigner, TumblingAssigner } from '../../lib/windows/assigner.ts'
import type { StageNode } from '../../lib/api/node.ts'
import { foldOf } from './aggregates.ts'
import type { Arrival, Fold } from './aggregates.ts'
import { keyText } from './keys.ts'

/** What fires: one output, unless `result` throws each time. */
export interface Firing {
  readonly key: unknown
  readonly window: { readonly start: number; readonly end: number }
  readonly pane: { readonly index: number; readonly timing: 'on-time' | 'late'; readonly isLast: boolean }
  /** Calls the user's functions. */
  readonly result: () => unknown
}

export interface Windows {
  /** Adds a record, changing nothing if it throws. null: it is late. Else what must fire before the next record. */
  add(key: unknown, arrival: Arrival, watermark: number): Firing[] | null
  /** What fires as the watermark reaches `watermark`, in order. */
  advance(watermark: number): Firing[]
}

interface Entry {
  readonly key: unknown
  acc: unknown
  readonly arrivals: { readonly pane: number; readonly seq: number }[]
  firings: number
}

interface WindowState {
  readonly start: number
  readonly end: number
  readonly entries: Map<string, Entry>
  fired: boolean
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

const earlier = (a: { pane: number; seq: number }, b: { pane: number; seq: number }): number => a.pane - b.pane || a.seq - b.seq

/** The keys of a window in the order in which they reached it: by oldest pane, where it has panes, then by arrival. */
const inOrder = (state: WindowState): Entry[] => {
  const first = (entry: Entry): { pane: number; seq: number } => [...entry.arrivals].sort(earlier)[0]!
  return [...state.entries.values()].sort((a, b) => earlier(first(a), first(b)))
}

const byEnd = (a: WindowState, b: WindowState): number => a.end - b.end || a.start - b.start

export const alignedWindows = (stage: StageNode): Windows => {
  const { assigner, allowedLateness } = stage.window as { assigner: TumblingAssigner | SlidingAssigner; allowedLateness: number }
  const { size, offset } = assigner
  const slide = assigner.kind === 'sliding' ? assigner.slide : size
  // Windows that do not overlap share no panes.
  const isSliced = slide < size && stage.kind === 'aggregate' && isOrderFree(stage.params['node'] as AggregateNode)
  const paneOf = (time: number): number => (isSliced ? Math.floor((time - offset) / gcd(size, slide)) : 0)
  const fold: Fold = foldOf(stage)
  const open = new Map<number, WindowState>()

  /** Starts of the windows that hold `time`, earliest first. */
  const startsAt = (time: number): number[] => {
    const starts: number[] = []
    const latest = Math.floor((time - offset) / slide) * slide + offset
    for (let start = latest; start + size > time; start -= slide) starts.unshift(start)
    return starts
  }

  const firing = (state: WindowState, entry: Entry, timing: 'on-time' | 'late', isLast: boolean): Firing => {
    const { acc } = entry
    return {
      key: entry.key,
      window: { start: state.start, end: state.end },
      pane: { index: entry.firings++, timing, isLast },
      result: () => fold.result(acc),
    }
  }

  return {
    add: (key, arrival, watermark) => {
      const starts = startsAt(arrival.time)
      const live = starts.filter((start) => watermark < start + size - 1 + allowedLateness)
      if (starts.length > 0 && live.length === 0) return null
      const text = keyText(key)
      const added = live.map((start) => {
        const entry = open.get(start)?.entries.get(text)
        return { start, acc: fold.add(entry === undefined ? fold.empty() : entry.acc, arrival) }
      })
      // From here on nothing throws.
      const due: Firing[] = []
      for (const { start, acc } of added) {
        const isPast = watermark >= start + size - 1
        const state = open.get(start) ?? { start, end: start + size, entries: new Map<string, Entry>(), fired: isPast }
        open.set(start, state)
        const entry = state.entries.get(text) ?? { key, acc, arrivals: [], firings: 0 }
        state.entries.set(text, entry)
        entry.acc = acc
        entry.arrivals.push({ pane: paneOf(arrival.time), seq: arrival.seq })
        if (isPast) due.push(firing(state, entry, 'late', false))
      }
      return due
    },
    advance: (watermark) => {
      const due: Firing[] = []
      for (const state of [...open.values()].sort(byEnd)) {
        if (watermark < state.end - 1) continue
        const isLast = watermark >= state.end - 1 + allowedLateness
        if (!state.fired) for (const entry of inOrder(state)) due.push(firing(state, entry, 'on-time', isLast))
        state.fired = true
        if (isLast) open.delete(state.start)
      }
      return due
    },
  }
}
