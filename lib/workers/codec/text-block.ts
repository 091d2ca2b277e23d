/**
 * Strings in one piece: their count, form and units, the length of each, then all their characters, a byte each or two
 * where one of them is above U+00FF.
 */
import { aligned } from './space.ts'
import type { Space } from './space.ts'

const HEAD_BYTES = 16
/** Longer strings are checked first and copied by the engine. */
const COPIED_HERE_MAX = 32
/** A piece cut from a longer string shares its memory from this length on, and would keep all of it alive. */
const SHARED_FROM = 13
const wide = /[^\u0000-\u00ff]/

/** Writes strings `from` on at `at`, a multiple of 8; returns where the block ends. */
export const writeTexts = (space: Space, at: number, strings: readonly string[], from = 0): number => {
  const count = strings.length - from
  let units = 0
  for (let i = from; i < strings.length; i++) units += strings[i]!.length
  const chars = at + HEAD_BYTES + 4 * count
  space.reserve(aligned(chars + units))
  const { i4 } = space
  const head = at >> 2
  i4[head] = count
  i4[head + 1] = 0
  i4[head + 2] = units
  const lengths = head + HEAD_BYTES / 4 - from
  for (let i = from; i < strings.length; i++) i4[lengths + i] = strings[i]!.length
  if (writeNarrow(space, chars, strings, from)) return aligned(chars + units)
  i4[head + 1] = 1
  space.reserve(aligned(chars + 2 * units))
  let to = chars
  for (let i = from; i < strings.length; i++) to += space.text.write(strings[i]!, to, 'utf16le')
  return aligned(chars + 2 * units)
}

/** False where a character needs two bytes. */
const writeNarrow = ({ u1, text }: Space, chars: number, strings: readonly string[], from: number): boolean => {
  let to = chars
  for (let i = from; i < strings.length; i++) {
    const string = strings[i]!
    if (string.length > COPIED_HERE_MAX) {
      if (wide.test(string)) return false
      to += text.write(string, to, 'latin1')
    } else {
      let bits = 0
      for (let unit = 0; unit < string.length; unit++) {
        const code = string.charCodeAt(unit)
        bits |= code
        u1[to++] = code
      }
      if (bits > 0xff) return false
    }
  }
  return true
}

/** Where the block at `at` ends. */
export const endOfTexts = ({ i4 }: Space, at: number): number => {
  const head = at >> 2
  return aligned(at + HEAD_BYTES + 4 * i4[head]! + (i4[head + 1]! + 1) * i4[head + 2]!)
}

/** Adds the strings of the block at `at` to `strings`. */
export const readTexts = ({ i4, text }: Space, at: number, strings: string[]): void => {
  const head = at >> 2
  const count = i4[head]!
  const isWide = i4[head + 1] === 1
  const chars = at + HEAD_BYTES + 4 * count
  const lengths = head + HEAD_BYTES / 4
  if (isWide) {
    let from = chars
    for (let i = 0; i < count; i++) {
      const to = from + 2 * i4[lengths + i]!
      strings.push(text.toString('utf16le', from, to))
      from = to
    }
    return
  }
  const all = text.toString('latin1', chars, chars + i4[head + 2]!)
  let from = 0
  for (let i = 0; i < count; i++) {
    const to = from + i4[lengths + i]!
    strings.push(to - from < SHARED_FROM ? all.slice(from, to) : text.toString('latin1', chars + from, chars + to))
    from = to
  }
}
