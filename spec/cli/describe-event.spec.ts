import { expect, test } from 'vitest'
import { describeEvent } from '../../lib/cli/describe-event.ts'

const at = 0
const error = { code: 'OPERATOR_FAILED', message: 'OPERATOR_FAILED: no such luck\n  See the cause', stack: '', operatorId: 'sum' }

test('a resumed job says from which checkpoint and after how many records', () => {
  const text = describeEvent({ type: 'started', at, from: 'resumed', checkpoint: '1-7', records: 12_345 })
  expect(text).toBe('resumes from checkpoint 1-7, after 12,345 records')
})

test('a job that had finished says so', () => {
  const text = describeEvent({ type: 'started', at, from: 'finished', checkpoint: '1-9', records: 3 })
  expect(text).toBe('has already finished (checkpoint 1-9, 3 records)')
})

test('a restart names the operator, the delay and the reason in one line', () => {
  const text = describeEvent({ type: 'restart', at, operatorId: 'sum', error, delayMs: 100 })
  expect(text).toBe("restart of 'sum' in 100 ms: OPERATOR_FAILED: no such luck")
})

test('a damaged checkpoint is named', () => {
  const text = describeEvent({ type: 'damaged-checkpoint', at, checkpoint: '1-4', message: 'SNAPSHOT_CORRUPT: short' })
  expect(text).toBe('checkpoint 1-4 is damaged and is left out: SNAPSHOT_CORRUPT: short')
})

test('checkpoints and single dead letters are left to the summary', () => {
  const text = describeEvent({ type: 'checkpoint', at, checkpoint: 4, bytes: 10, tookMs: 3 })
  expect(text).toBeNull()
})

test('a checkpoint that failed says why, in one line', () => {
  const failure = { ...error, code: 'CHECKPOINT_FAILED', message: 'CHECKPOINT_FAILED: checkpoint 4 failed: no space\n  See the cause' }
  expect(describeEvent({ type: 'checkpoint-failed', at, checkpoint: 4, error: failure })).toBe('CHECKPOINT_FAILED: checkpoint 4 failed: no space')
})

test('one record that is lost is not several', () => {
  expect(describeEvent({ type: 'lost', at, operatorId: 'ticks', records: 1 })).toBe("'ticks' has no positions: 1 record that it had emitted is lost")
})
