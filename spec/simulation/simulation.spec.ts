import { describe, expect, test } from 'vitest'
import type { CheckOptions, SeedReport } from './check.ts'
import { differences, reports, total } from './reports.ts'
import { shareOf } from './share.ts'

const SEEDS = shareOf(2000)
const CHUNK = 250

describe('random jobs under crashes, stalls and reordering give what the reference gives', () => {
  const done: SeedReport[] = []
  for (let from = 0; from < SEEDS; from += CHUNK)
    test(`seeds ${from} to ${from + CHUNK - 1}`, { timeout: 120_000 }, async () => {
      const all = await reports(from, from + CHUNK)
      done.push(...all)
      expect(differences(all)).toEqual([])
    })

  test('faults have truly happened', () => {
    expect(done.length).toBe(SEEDS)
    expect(total(done, 'crashes')).toBeGreaterThan(shareOf(1000))
    expect(total(done, 'resumes')).toBeGreaterThan(shareOf(300))
    expect(total(done, 'restarts')).toBeGreaterThan(shareOf(20))
  })
})

describe('a job that resumes at another parallelism', () => {
  const ofLife = [1, 2, 4, 3]
  const rescaled: CheckOptions = { parallelism: 4, crashes: 3, run: { parallelismOfLife: (life) => ofLife[life % ofLife.length]! } }

  test('gives what the reference gives, in any order', { timeout: 120_000 }, async () => {
    const all = await reports(10_000, 10_000 + shareOf(200), rescaled)
    expect(differences(all)).toEqual([])
    expect(total(all, 'resumes')).toBeGreaterThan(shareOf(25))
  })
})

describe('one seed', () => {
  test('is one course of events, each time it is played', { timeout: 120_000 }, async () => {
    const once = await reports(20_000, 20_000 + shareOf(25))
    const again = await reports(20_000, 20_000 + shareOf(25))
    expect(again).toEqual(once)
    expect(new Set(once.map((report) => report.steps)).size).toBeGreaterThan(shareOf(15))
  })
})
