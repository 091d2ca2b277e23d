/** Channels between real threads: under load, and when a thread ends. */
import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { seededRandom } from '../../lib/env/sim-random.ts'
import { BufferReceiver } from '../bench/channel/buffer-receiver.ts'
import { BufferSender } from '../bench/channel/buffer-sender.ts'
import { threadPort } from '../../lib/workers/port.ts'
import { RingReceiver } from '../../lib/workers/ring-receiver.ts'
import { RingSender } from '../../lib/workers/ring-sender.ts'
import { ringMemory } from '../../lib/workers/ring.ts'
import { isBatch } from '../../lib/workers/wire-channel.ts'
import type { WireReceiver, WireSender } from '../../lib/workers/wire-channel.ts'
import type { FarData, Task } from './far-thread.ts'
import { kinds } from './ends.ts'
import type { Note } from './ends.ts'
import { rowsOf } from './frames.ts'

interface Near {
  readonly sender: WireSender<Note>
  readonly receiver: WireReceiver<Note>
  readonly thread: Worker
  /** Resolves when one of the ends is woken. */
  readonly woken: () => Promise<void>
}

const capacity = { rows: 200, bytes: 8_192 }

const open = (kind: (typeof kinds)[number], task: Task): Near => {
  const [there, back] = [new MessageChannel(), new MessageChannel()]
  const memories = [ringMemory(capacity.bytes), ringMemory(capacity.bytes)] as const
  let wake = (): void => {}
  const woken = (): Promise<void> => new Promise((resolve) => (wake = resolve))
  const called = (): void => wake()
  const ends =
    kind === 'port'
      ? { sender: new BufferSender<Note>(there.port1, capacity, called), receiver: new BufferReceiver<Note>(back.port1, called) }
      : { sender: new RingSender<Note>(threadPort(there.port1), memories[0], capacity.rows, called), receiver: new RingReceiver<Note>(threadPort(back.port1), memories[1], called) }
  const ports = [there.port2, back.port2] as const
  const thread = new Worker(new URL('far-thread.ts', import.meta.url), { workerData: { kind, task, capacity, ports, memories } satisfies FarData, transferList: [...ports] })
  return { ...ends, thread, woken }
}

describe.each(kinds)('a channel by %s between two threads', (kind) => {
  let near: Near
  afterEach(async () => {
    near.sender.dispose()
    near.receiver.dispose()
    await near.thread.terminate()
  })

  test('brings every row and control message through, in order, there and back, with little room and in batches of any size', async () => {
    near = open(kind, 'echo')
    const { sender, receiver, woken } = near
    const random = seededRandom(7)
    const batches = 3_000
    let sent = 0
    let sentRows = 0
    let got = 0
    let gotRows = 0
    let notes = 0
    const step = (): void => {
      for (;;) {
        let hasMoved = false
        if (sent < batches && sender.hasCredit()) {
          const size = Math.floor(random.next() ** 4 * 900)
          sender.sendBatch(rowsOf(Array.from({ length: size }, () => ({ id: sentRows++, name: `n${sentRows % 99}` }))))
          if (++sent % 10 === 0) sender.sendControl({ type: 'note', n: sentRows })
          hasMoved = true
        }
        const message = receiver.take()
        if (message !== undefined) {
          hasMoved = true
          if (!isBatch(message)) {
            if (message.n !== gotRows) throw new Error(`a note of row ${message.n} came at row ${gotRows}`)
            notes++
          } else {
            for (const row of message.rows() as { id: number; name: string }[]) {
              if (row.id !== gotRows || row.name !== `n${(gotRows + 1) % 99}`) throw new Error(`row ${row.id} came at ${gotRows}`)
              gotRows++
            }
            receiver.processed(message)
            got++
          }
        }
        if (!hasMoved) return
      }
    }
    while (got < batches || notes < batches / 10) {
      const wakes = woken()
      step()
      if (got < batches || notes < batches / 10) await wakes
    }
    expect([got, gotRows, notes]).toEqual([batches, sentRows, batches / 10])
  })

  test.each<Task>(['fill and exit', 'fill and throw'])('gives what was sent before its thread ended (%s), and is lost then', async (task) => {
    near = open(kind, task)
    near.thread.on('error', () => {})
    const { receiver, woken, sender } = near
    let rows = 0
    while (!receiver.isLost()) {
      const wakes = woken()
      for (let message = receiver.take(); message !== undefined; message = receiver.take()) {
        if (!isBatch(message)) continue
        rows += message.length
        receiver.processed(message)
      }
      if (!receiver.isLost()) await wakes
    }
    expect(rows).toBeGreaterThan(5)
    await expect.poll(() => sender.isClosed()).toBe(true)
  })

  test('is lost when its thread is terminated', async () => {
    near = open(kind, 'fill and wait')
    await once(near.thread, 'message')
    await near.thread.terminate()
    const { receiver } = near
    await expect
      .poll(() => {
        while (receiver.take() !== undefined) continue
        return receiver.isLost()
      })
      .toBe(true)
  })

  test('wakes a sender without credit when the thread that held its batch is terminated', async () => {
    near = open(kind, 'hold one')
    const { sender, woken, thread } = near
    while (sender.hasCredit()) sender.sendBatch(rowsOf([{ id: 1 }]))
    await once(thread, 'message')
    // The end of the other channel may be woken first.
    const wakes = woken().then(() => (sender.isClosed() ? undefined : woken()))
    await thread.terminate()
    await wakes
    expect(sender.isClosed()).toBe(true)
    expect(sender.hasCredit()).toBe(true)
  })

  test('keeps no thread alive that has nothing else to do', async () => {
    near = open(kind, 'idle')
    expect(await once(near.thread, 'exit')).toEqual([0])
  })
})
