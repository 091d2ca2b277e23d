/** What was sent since a checkpoint is kept, and a receiver that begins there can be sent it again. */
import fc from 'fast-check'
import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { BatchWriter } from '../../lib/workers/codec/batch-writer.ts'
import { threadPort } from '../../lib/workers/port.ts'
import { RingReceiver } from '../../lib/workers/ring-receiver.ts'
import { RingSender } from '../../lib/workers/ring-sender.ts'
import { ringMemory } from '../../lib/workers/ring.ts'
import { SentLog } from '../../lib/workers/sent-log.ts'
import { isBatch } from '../../lib/workers/wire-channel.ts'
import { rowsOf } from './frames.ts'
import { batchesOfValues } from './random-rows.ts'
import { assertSame } from './same.ts'

interface Barrier {
  readonly type: 'barrier'
  readonly checkpoint: number
}

const channelWith = (log: SentLog<Barrier> | null, bytes: number) => {
  const { port1, port2 } = new MessageChannel()
  const memory = ringMemory(bytes)
  const sender = new RingSender<Barrier>(threadPort(port1), memory, 1e9, () => undefined, new BatchWriter(), log)
  const receiver = new RingReceiver<Barrier>(threadPort(port2), memory, () => undefined)
  const got: unknown[] = []
  const takeAll = (): void => {
    for (let message = receiver.take(); message !== undefined; message = receiver.take()) {
      got.push(isBatch(message) ? message.rows() : message)
      if (isBatch(message)) receiver.processed(message)
    }
  }
  return {
    sender,
    got,
    takeAll,
    untilCredit: () => {
      while (!sender.hasCredit()) takeAll()
    },
    end: () => {
      sender.dispose()
      receiver.dispose()
    },
  }
}

test('what was sent behind any barrier that is kept arrives again at a receiver that has read nothing before', () => {
  fc.assert(
    fc.property(fc.array(batchesOfValues, { minLength: 1, maxLength: 4 }), fc.constantFrom(1_024, 65_536), (epochs, bytes) => {
      const log = new SentLog<Barrier>()
      const first = channelWith(log, bytes)
      epochs.forEach((batches, checkpoint) => {
        for (const values of batches) {
          first.untilCredit()
          first.sender.sendBatch(rowsOf(values))
        }
        first.sender.forget()
        first.sender.sendControl({ type: 'barrier', checkpoint })
        log.barrier(checkpoint)
      })
      first.untilCredit()
      first.takeAll()
      for (let checkpoint = -1; checkpoint < epochs.length; checkpoint++) {
        const again = channelWith(null, bytes)
        for (const sent of log.since(checkpoint)!) {
          again.untilCredit()
          again.sender.resend(sent)
        }
        again.untilCredit()
        again.takeAll()
        const from = first.got.findIndex((message) => !Array.isArray(message) && (message as Barrier).checkpoint === checkpoint) + 1
        assertSame(again.got, first.got.slice(from))
        again.end()
      }
      first.end()
    }),
    { numRuns: 60 },
  )
})

test('what came before a complete checkpoint is dropped', () => {
  const log = new SentLog<Barrier>()
  log.frame(new Uint8Array(1_000), 1)
  log.barrier(0)
  log.frame(new Uint8Array(100), 1)
  log.barrier(1)
  log.completed(0)
  expect(log.bytes).toBe(100)
  expect(log.since(-1)).toBeNull()
  expect(log.since(0)).toHaveLength(1)
  expect(log.since(1)).toEqual([])
})

test('no more than its bound is kept: it says that it has run over, and begins anew at the next barrier', () => {
  const log = new SentLog<Barrier>(1_000)
  log.barrier(0)
  for (let i = 0; i < 20; i++) {
    log.frame(new Uint8Array(100), 1)
    expect(log.bytes).toBeLessThanOrEqual(1_000)
  }
  expect(log.since(0)).toBeNull()
  log.barrier(1)
  log.frame(new Uint8Array(100), 1)
  expect(log.since(0)).toBeNull()
  expect(log.since(1)).toHaveLength(1)
})

test('keeps a copy, as the ring is written over', () => {
  const log = new SentLog<Barrier>()
  const bytes = Uint8Array.of(1, 2, 3)
  log.frame(bytes, 1)
  bytes.fill(9)
  expect(log.since(-1)).toEqual([{ frame: Uint8Array.of(1, 2, 3), rows: 1 }])
})
