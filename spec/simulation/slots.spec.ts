/** Random jobs on slots that stall and vanish, under crashes of the process, resumed at other numbers of slots. */
import { describe, expect, test } from 'vitest'
import { checkSeed } from './check.ts'
import type { CheckOptions, SeedReport } from './check.ts'
import { differences, reports, total } from './reports.ts'
import { shareOf } from './share.ts'

const SEEDS = shareOf(1_500)
const CHUNK = 250

describe('random jobs on 2 to 4 slots give what the reference gives', () => {
  const done: SeedReport[] = []
  for (let from = 0; from < SEEDS; from += CHUNK)
    test(`seeds ${from} to ${from + CHUNK - 1}`, { timeout: 120_000 }, async () => {
      const all = await reports(from, from + CHUNK, { slots: true })
      done.push(...all)
      expect(differences(all, '--slots')).toEqual([])
    })

  test('slots have truly been lost and held up, and jobs resumed at other numbers of them', () => {
    expect(done.length).toBeGreaterThanOrEqual(SEEDS)
    expect(total(done, 'vanished')).toBeGreaterThan(shareOf(800))
    expect(total(done, 'lost')).toBeGreaterThan(shareOf(600))
    expect(total(done, 'stalled')).toBeGreaterThan(shareOf(1_500))
    expect(total(done, 'hangs')).toBeGreaterThan(shareOf(40))
    expect(total(done, 'crashes')).toBeGreaterThan(shareOf(1_000))
    expect(total(done, 'resumes')).toBeGreaterThan(shareOf(600))
    expect(total(done, 'moves')).toBeGreaterThan(shareOf(400))
  })
})

describe('a job on slots that resumes at another parallelism', () => {
  const ofLife = [1, 2, 4, 3]
  const rescaled: CheckOptions = { slots: true, parallelism: 4, run: { parallelismOfLife: (life) => ofLife[life % ofLife.length]! } }

  test('gives what the reference gives, in any order', { timeout: 120_000 }, async () => {
    const all = await reports(10_000, 10_000 + shareOf(400), rescaled)
    expect(differences(all, '--slots')).toEqual([])
    expect(total(all, 'moves')).toBeGreaterThan(shareOf(100))
  })
})

describe('a job all of whose slots vanish, time and again', () => {
  const doomed: CheckOptions = { slots: true, run: { slotFaults: { vanish: 1, stall: 0, lost: 12 } } }

  test('ends each life with SLOT_LOST, and goes on', { timeout: 120_000 }, async () => {
    const all = await reports(30_000, 30_000 + shareOf(100), doomed)
    expect(differences(all, '--slots')).toEqual([])
    expect(total(all, 'lost')).toBeGreaterThan(shareOf(500))
  })
})

test('one seed is one course of events with slots too', { timeout: 120_000 }, async () => {
  for (let seed = 20_000; seed < 20_000 + shareOf(40); seed++) expect(await checkSeed(seed, { slots: true })).toEqual(await checkSeed(seed, { slots: true }))
})
