/** Session windows: a list for each key; what a record meets or abuts becomes one. */
import { MillraceError } from '../../lib/errors.ts'
import type { SessionAssigner } from '../../lib/windows/assigner.ts'
import type { StageNode } from '../../lib/api/node.ts'
import { foldOf } from './aggregates.ts'
import { keyText } from './keys.ts'
import type { Firing, Windows } from './windows.ts'

interface Session {
  readonly key: unknown
  readonly start: number
  readonly end: number
  readonly acc: unknown
  /** Arrival of its first record. */
  readonly seq: number
  fired: boolean
  firings: number
}

export const sessionWindows = (stage: StageNode): Windows => {
  const { assigner, allowedLateness } = stage.window as unknown as { assigner: SessionAssigner<unknown>; allowedLateness: number }
  const fold = foldOf(stage)
  const sessions = new Map<string, Session[]>()

  const gapOf = (record: unknown): number => {
    const gap = typeof assigner.gap === 'function' ? assigner.gap(record) : assigner.gap
    if (Number.isSafeInteger(gap) && gap > 0) return gap
    throw new MillraceError('OPTION_INVALID', `the gap of a session is ${String(gap)}`)
  }

  const firing = (session: Session, timing: 'on-time' | 'late', isLast: boolean): Firing => {
    session.fired = true
    return {
      key: session.key,
      window: { start: session.start, end: session.end },
      pane: { index: session.firings++, timing, isLast },
      result: () => fold.result(session.acc),
    }
  }

  return {
    add: (key, arrival, watermark) => {
      const { time, record } = arrival
      const end = time + gapOf(record)
      const text = keyText(key)
      const held = sessions.get(text) ?? []
      const met = held.filter((session) => session.start <= end && time <= session.end).sort((a, b) => a.start - b.start)
      const mergedEnd = Math.max(end, ...met.map((session) => session.end))
      if (watermark >= mergedEnd - 1 + allowedLateness) return null
      const before = met.length === 0 ? fold.empty() : met.map((session) => session.acc).reduce((a, b) => fold.merge(a, b))
      const merged: Session = {
        key: met[0]?.key ?? key,
        start: Math.min(time, ...met.map((session) => session.start)),
        end: mergedEnd,
        acc: fold.add(before, arrival),
        seq: Math.min(arrival.seq, ...met.map((session) => session.seq)),
        fired: false,
        firings: Math.max(0, ...met.map((session) => session.firings)),
      }
      // From here on nothing throws.
      sessions.set(text, [...held.filter((session) => !met.includes(session)), merged])
      return watermark >= mergedEnd - 1 ? [firing(merged, 'late', false)] : []
    },
    advance: (watermark) => {
      const due = [...sessions.values()]
        .flat()
        .filter((session) => !session.fired && watermark >= session.end - 1)
        .sort((a, b) => a.end - b.end || a.start - b.start || a.seq - b.seq)
      const firings = due.map((session) => firing(session, 'on-time', watermark >= session.end - 1 + allowedLateness))
      for (const [text, held] of sessions) {
        sessions.set(
          text,
          held.filter((session) => watermark < session.end - 1 + allowedLateness),
        )
      }
      return firings
    },
  }
}
