/** What a slot does when its part of a region is replaced, in a simulated process with threads. */
import { from, fromArray, sink, source, topology } from 'millrace'
import type { SinkConnector } from 'millrace'
import { expect, test } from 'vitest'
import { fileStore } from '../../lib/checkpoint/stores/file-store.ts'
import { simWorld } from '../../lib/env/sim.ts'
import { runIn } from '../../lib/runtime/job.ts'
import { slotTaskOf } from '../../lib/testing/simulated-run.ts'
import { inWorld } from '../env/in-world.ts'

test('a sink is opened again once the one before it is closed, however long that takes', async () => {
  const steps: string[] = []
  let hasFailed = false
  const slow: SinkConnector<number> = {
    open: ({ env, instance }) => {
      steps.push(`open ${instance}`)
      return {
        write: () => {
          if (!hasFailed) {
            hasFailed = true
            throw new Error('not at once')
          }
        },
        close: () =>
          new Promise<void>((closed) => {
            env.scheduler.after(8_000, () => {
              steps.push(`closed ${instance}`)
              closed()
            })
          }),
      }
    },
  }
  const made = topology({ url: 'simulated:slow' } as ImportMeta, 'slow', from(source('numbers', fromArray([1, 2, 3]))).to(sink('out', slow)))
  const world = simWorld({ seed: 1, threads: { run: slotTaskOf(() => made), faults: () => ({ vanish: 0, stall: 0 }) } })
  await inWorld(world, async (env) => {
    const job = await runIn(env, made, { slots: 1, checkpoints: { every: 1_000, to: fileStore('/checkpoints') } })
    await job.completed
  })
  expect(steps.slice(0, 3)).toEqual(['open 0', 'closed 0', 'open 0'])
})
