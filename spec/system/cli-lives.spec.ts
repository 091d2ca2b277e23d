/** What somebody reads who stops a run, goes on with it, or cannot: the whole text, from processes of their own. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectGolden, normalised, withoutCounts } from '../cli/golden-text.ts'
import { root, startIn, until } from './process.ts'
import type { Ended, Running } from './process.ts'

const shop = (stage: string): string => `import { discard, from, generate, keyBy, scan, sink, source, topology } from 'millrace'

const orders = source('orders', generate((index) => index, { ratePerSecond: 1_000 }))

export default topology(
  import.meta,
  'shop',
  from(orders)
    .pipe(
      keyBy((order) => order % 10),
      ${stage},
    )
    .to(sink('out', discard())),
)
`
const sums = "scan((sum, order) => sum + order, 0, { id: 'sums' })"

let home = ''
beforeAll(() => void (home = mkdtempSync(join(root, 'spec/cli/.golden-'))))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const folderOf = (name: string, text: string): string => {
  const folder = mkdtempSync(join(home, `${name}-`))
  writeFileSync(join(folder, 'shop.ts'), text)
  return folder
}

const transcript = (folder: string, args: readonly string[], { code, stderr, stdout }: Ended): string =>
  withoutCounts(normalised(`$ millrace ${args.join(' ')}\n${stdout}${stderr}exit ${code}\n`, folder))

const plain = ['run', 'shop.ts']
const withCheckpoints = [...plain, '--checkpoints', 'kept', '--every', '50ms']

const hasCheckpoint = (folder: string): boolean => {
  const kept = join(folder, 'kept/shop')
  return existsSync(kept) && readdirSync(kept).some((name) => Number(name.split('-')[1]) >= 2)
}

/** Starts it and waits for its second checkpoint. */
const checkpointed = async (folder: string): Promise<Running> => {
  const running = startIn(folder, withCheckpoints)
  await until(() => hasCheckpoint(folder))
  return running
}

const stop = async (running: Running): Promise<Ended> => {
  running.kill('SIGINT')
  return running.ended
}

describe.concurrent('a run', { timeout: 60_000 }, () => {
  test('that Ctrl-C stops without checkpoints says that the next one begins anew', async () => {
    const folder = folderOf('plain', shop(sums))
    const running = startIn(folder, plain)
    await until(() => running.printed().includes('starts anew'))
    const ended = await stop(running)
    expectGolden('ctrl-c-without-checkpoints', transcript(folder, plain, ended))
    expect(ended.code).toBe(130)
  })

  test('that Ctrl-C stops with checkpoints says how to go on, and goes on so', async () => {
    const folder = folderOf('resumed', shop(sums))
    const first = await stop(await checkpointed(folder))
    const resumed = startIn(folder, withCheckpoints)
    await until(() => resumed.printed().includes('resumes'))
    const second = await stop(resumed)
    expectGolden('ctrl-c-with-checkpoints', transcript(folder, withCheckpoints, first) + transcript(folder, withCheckpoints, second))
    expect([first.code, second.code]).toEqual([130, 130])
  })

  test('on the checkpoints of another process that runs is refused', async () => {
    const folder = folderOf('locked', shop(sums))
    const running = await checkpointed(folder)
    const refused = await startIn(folder, withCheckpoints).ended
    await stop(running)
    expectGolden('checkpoints-locked', transcript(folder, withCheckpoints, refused))
    expect(refused.code).toBe(1)
  })

  test('on the checkpoints of a topology with other stages is refused', async () => {
    const folder = folderOf('changed', shop(sums))
    await stop(await checkpointed(folder))
    writeFileSync(join(folder, 'shop.ts'), shop(sums.replace("'sums'", "'totals'")))
    const refused = await startIn(folder, withCheckpoints).ended
    expectGolden('snapshot-incompatible', transcript(folder, withCheckpoints, refused))
    expect(refused.code).toBe(1)
  })

  test('that keeps state in a stage without an id is refused once it has checkpoints', async () => {
    const folder = folderOf('missing', shop("scan((sum, order) => sum + order, 0, {} as { id: string })"))
    const refused = await startIn(folder, withCheckpoints).ended
    expectGolden('id-missing', transcript(folder, withCheckpoints, refused))
    expect(refused.code).toBe(1)
  })
})
