/** Offloaded functions in a simulated process: called on this thread, answered late and in any order. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { callEach, checkModule, decodeOutcomes, encodeRecords, functionIn, notLoaded, refusedRecord, unfit } from '../workers/offloaded-call.ts'
import type { Found } from '../workers/offloaded-call.ts'
import type { Offloader } from './offloader.ts'
import type { seededRandom } from './sim-random.ts'

export interface SimOffloading {
  readonly random: ReturnType<typeof seededRandom>
  schedule(ms: number, run: () => void): void
  /** A promise has been settled. */
  settle(): void
}

/** Loads at once: how long `import` takes is chance that no seed repeats. */
const load = (module: string, name: string): Found => {
  try {
    return functionIn(createRequire(import.meta.url)(fileURLToPath(module)) as Readonly<Record<string, unknown>>, module, name)
  } catch (error) {
    return notLoaded(error, module)
  }
}

export const simOffloader = ({ random, schedule, settle }: SimOffloading): Offloader => ({
  cores: 4,
  open: (called) => {
    checkModule(called, (url) => existsSync(fileURLToPath(url)))
    const { module, name, threads } = called
    const room = threads * (1 + random.below(4))
    let found: Found | null = null
    let isClosed = false
    return {
      room,
      call: (record, done) => {
        const { items, bytes } = encodeRecords([{ record }], (_, error) => done(refusedRecord(error, name)))
        if (items.length === 0) return
        schedule(random.chance(0.1) ? 20 * random.next() : 2 * random.next(), () => {
          if (isClosed) return
          found ??= load(module, name)
          if (!('fn' in found)) return done(unfit(found))
          settle()
          void callEach(found.fn, bytes, () => undefined).then((outcomes) => {
            if (!isClosed) done(decodeOutcomes(outcomes, name)[0]!)
          })
        })
      },
      close: async () => {
        isClosed = true
      },
    }
  },
})
