/** Where in the user's file a stage was written, and what else a stack says about the user's own code. */

const library = import.meta.url.slice(0, import.meta.url.lastIndexOf('/api/') + 1)

/** A point in a source file. */
export interface SourcePlace {
  /** A path or a file URL, as stacks have it. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, UTF-16 units; null where several stages stand in one line. */
  readonly column: number | null
}

/** As many as there are lines of a program that call Millrace. */
const places = new Map<string, SourcePlace>()

/** `orders.ts:14`: the nearest caller outside Millrace. Taken once, when a topology is built. */
export const callSite = (): string => {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 12
  const stack = new Error('call site').stack ?? ''
  Error.stackTraceLimit = before
  // A program may itself be a package.
  const place = userPlace(stack) ?? placesIn(stack)[0]
  return place === undefined ? 'unknown place' : nameOf(place)
}

/** The point that a call site stands for; undefined for what `callSite` never returned. */
export const sourcePlace = (site: string): SourcePlace | undefined => places.get(site)

/** The innermost point of a stack that is neither in Millrace nor in Node nor in a package. */
export const userPlace = (stack: string): SourcePlace | undefined => placesIn(stack).find(({ file }) => !/[\\/]node_modules[\\/]/.test(file))

const placesIn = (stack: string): SourcePlace[] =>
  stack.split('\n').flatMap((frame) => {
    const [, file, line, column] = /^ +at (?:.*\()?(?:async )?((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*):(\d+):(\d+)\)?$/.exec(frame) ?? []
    if (file === undefined || file.startsWith(library) || `file://${file}`.startsWith(library)) return []
    return [{ file: file.replace(/\?.*$/, ''), line: Number(line), column: Number(column) }]
  })

/** File and line; as much of the path as tells it from another file of that name. */
const nameOf = (place: SourcePlace): string => {
  const parts = place.file.split(/[\\/]+/)
  for (let count = 1; ; count++) {
    const name = `${parts.slice(-count).join('/')}:${place.line}`
    const other = places.get(name)
    if (other !== undefined && other.file !== place.file && count < parts.length) continue
    places.set(name, other === undefined || other.column === place.column ? place : { ...place, column: null })
    return name
  }
}
