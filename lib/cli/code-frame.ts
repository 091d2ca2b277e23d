/** A line of source as it stands in its file, with its neighbours and a caret. */
import { readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourcePlace } from '../api/call-site.ts'
import type { Paint } from './output.ts'

/** Lines shown before and after. */
const AROUND = 1
/** UTF-16 units of a line; more is cut. */
const WIDTH = 140

/** Below the working directory relative to it, else as it is. */
export const shownPath = (file: string): string => {
  const path = file.startsWith('file://') ? fileURLToPath(file) : file
  const below = relative(process.cwd(), path)
  return below === '' || below.startsWith('..') || below.startsWith(sep) ? path : below
}

/**
 * `orders.ts:14:5`, then that line between its neighbours. Only the place where the file cannot be read any more.
 *
 * @example
 * orders.ts:14:5
 *   13 |   window(tumbling(seconds(10))),
 *   14 |   aggregate({ n: count() }, { id: 'orders' }),
 *      |   ^
 */
export const codeFrame = (place: SourcePlace, paint: Paint): string => {
  const column = place.column === null ? '' : `:${place.column}`
  const heading = paint('cyan', `${shownPath(place.file)}:${place.line}${column}`)
  return [heading, ...frameLines(place, paint)].join('\n')
}

const frameLines = ({ file, line, column }: SourcePlace, paint: Paint): string[] => {
  const lines = linesOf(file)
  if (lines[line - 1] === undefined) return []
  const from = Math.max(1, line - AROUND)
  const to = Math.min(lines.length, line + AROUND)
  const width = String(to).length
  const shown: string[] = []
  for (let number = from; number <= to; number++) {
    const text = lines[number - 1]!
    const gutter = `${String(number).padStart(width)} | `
    if (number !== line) {
      if (text.trim() !== '') shown.push(paint('dim', `${gutter}${cut(text)}`.trimEnd()))
      continue
    }
    shown.push(`${paint('dim', gutter)}${cut(text)}`)
    // Tabs before the caret are kept, so that it stands below its column at any width of a tab.
    if (column !== null && column <= WIDTH)
      shown.push(`${paint('dim', `${' '.repeat(width)} | `)}${text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')}${paint('red', '^')}`)
  }
  return shown.map((text) => `  ${text}`)
}

const cut = (text: string): string => (text.length <= WIDTH ? text : `${text.slice(0, WIDTH)}…`)

const linesOf = (file: string): string[] => {
  try {
    return readFileSync(file.startsWith('file://') ? fileURLToPath(file) : file, 'utf8').split(/\r?\n/)
  } catch {
    return []
  }
}
