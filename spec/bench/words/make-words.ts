/** Writes the input of W4: words of 100 ids, some far more frequent than others, in a CSV file. */
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { mix, timeAt } from '../generator.ts'

const ids = 100
const words = 5_000
const disorder = 500
const blockLength = 2 ** 16

export const makeWords = async (path: string, lines: number): Promise<void> => {
  const file = createWriteStream(path)
  let block = 'id,value,at\n'
  for (let index = 0; index < lines; index++) {
    const u = mix(index + 7) / 2 ** 32
    block += `${mix(index) % ids},w${Math.floor(words * u * u)},${timeAt(index, disorder)}\n`
    if (block.length < blockLength) continue
    if (!file.write(block)) await once(file, 'drain')
    block = ''
  }
  file.end(block)
  await once(file, 'finish')
}
