/** The lines of source that a failure concerns. */
import { sourcePlace, userPlace } from '../api/call-site.ts'
import type { SourcePlace } from '../api/call-site.ts'
import { codeFrame } from './code-frame.ts'
import type { Paint } from './output.ts'

const FRAMES_MAX = 4

/** Each with its neighbours and a caret, one block after the other. */
export const framesText = (places: readonly SourcePlace[], paint: Paint): string[] =>
  places.length === 0 ? [] : ['', ...places.flatMap((place) => [...codeFrame(place, paint).split('\n').map((line) => `  ${line}`), ''])]

/** The stages that a text names by their lines, and where a stack says that a function of the user threw. */
export const placesIn = (text: string, stacks: readonly string[]): SourcePlace[] => {
  const thrown = stacks.map(userPlace).find((place) => place !== undefined)
  const named = [...text.matchAll(/[^\s('"]+:\d+/g)].flatMap(([site]) => sourcePlace(site) ?? [])
  // Innermost first: the line that threw tells more than that of its stage.
  return distinct([...(thrown === undefined ? [] : [thrown]), ...named])
}

const distinct = (places: readonly SourcePlace[]): SourcePlace[] => {
  const byLine = new Map<string, SourcePlace>()
  for (const place of places) {
    const line = `${place.file.replace(/^file:\/\//, '')}:${place.line}`
    if (!byLine.has(line)) byLine.set(line, place)
  }
  return [...byLine.values()].slice(0, FRAMES_MAX)
}
