/** Where in the user's file a stage was written. */

const library = import.meta.url.slice(0, import.meta.url.lastIndexOf('/api/') + 1)

/** `orders.ts:14`: the nearest caller outside Millrace. Taken once, when a topology is built. */
export const callSite = (): string => {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 12
  const stack = new Error('call site').stack ?? ''
  Error.stackTraceLimit = before
  for (const line of stack.split('\n').slice(1)) {
    const place = /\(?((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):\d+\)?$/.exec(line)
    if (place === null) continue
    const file = place[1] ?? ''
    if (file.startsWith(library) || `file://${file}`.startsWith(library)) continue
    return `${file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1).replace(/\?.*$/, '')}:${place[2]}`
  }
  return 'unknown place'
}
