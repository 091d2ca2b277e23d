/** W4 with no engine, in one stage: `plain-loop.ts IN.csv OUT.csv`. */
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'

const size = 10_000
const outOfOrderness = 499

const [input, output] = process.argv.slice(2) as [string, string]
const file = createWriteStream(output)
/** Counts by word, by start. */
const windows = new Map<number, Map<string, number>>()
let watermark = -Infinity
/** The least watermark that ends a window. */
let due = Infinity
/** The window of the line before. */
let start = NaN
let counts = new Map<string, number>()

const count = (line: string): void => {
  const [, value, at] = line.split(',') as [string, string, string]
  const time = Number(at)
  if (!(time >= start && time < start + size)) {
    start = time - (time % size)
    counts = windows.get(start) ?? new Map<string, number>()
    windows.set(start, counts)
    due = Math.min(due, start + size - 1)
  }
  const word = value.toUpperCase()
  counts.set(word, (counts.get(word) ?? 0) + 1)
  watermark = Math.max(watermark, time - outOfOrderness - 1)
}

const fire = async (): Promise<void> => {
  due = Infinity
  start = NaN
  for (const [from, words] of windows) {
    if (from + size - 1 > watermark) {
      due = Math.min(due, from + size - 1)
      continue
    }
    windows.delete(from)
    let lines = ''
    for (const [word, n] of words) lines += `${word},${from},${n}\n`
    if (!file.write(lines)) await once(file, 'drain')
  }
}

let rest = ''
let isHeader = true
for await (const chunk of createReadStream(input, { encoding: 'utf8', highWaterMark: 2 ** 18 })) {
  const lines = (rest + (chunk as string)).split('\n')
  rest = lines.pop()!
  for (const line of lines) {
    if (isHeader) isHeader = false
    else count(line)
    if (watermark >= due) await fire()
  }
}
if (rest !== '') count(rest)
watermark = Infinity
await fire()
file.end()
await once(file, 'finish')
