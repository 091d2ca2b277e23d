import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realFiles } from '../../lib/env/real-files.ts'
import { simWorld } from '../../lib/env/sim.ts'
import { describeFiles } from './describe-files.ts'
import { inWorld } from './in-world.ts'

describeFiles('real', async (program) => {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'millrace-files-'))
  try {
    return await program(realFiles(), folder)
  } finally {
    await rm(folder, { recursive: true })
  }
})

for (const seed of [1, 2, 3]) {
  describeFiles(`simulated, seed ${seed}`, (program) =>
    inWorld(simWorld({ seed }), async ({ files }) => {
      await files.createFolder('/work')
      return program(files, '/work')
    }),
  )
}
