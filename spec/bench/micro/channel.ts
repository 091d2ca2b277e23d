/** Batches from one actor to another of the same thread, by a channel with credit and the real dispatcher. */
import { Dispatcher } from '../../../lib/actors/dispatcher.ts'
import type { Runnable } from '../../../lib/actors/dispatcher.ts'
import { realEnv } from '../../../lib/env/real.ts'
import type { Batch } from '../../../lib/runtime/batch.ts'
import { LocalChannel } from '../../../lib/runtime/channel.ts'
import type { Case } from '../micro.ts'

const credit = 8_192

const batchOf = (rows: number): Batch => {
  const values = Array.from({ length: rows }, (_, row) => row)
  return { type: 'batch', length: rows, values, times: values.slice(), keys: values.slice(), markAt: [], marks: [], origin: '' }
}

/** Makes a new batch for each one sent, as a router does. */
const passed = (batches: number, rows: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const dispatcher = new Dispatcher(realEnv(), reject)
    let sent = 0
    let received = 0
    const sender: Runnable = {
      step: () => {
        while (sent < batches && channel.hasCredit()) {
          channel.send(batchOf(rows))
          sent++
        }
      },
    }
    const receiver: Runnable = {
      step: () => {
        const message = channel.take()
        if (message?.type !== 'batch') return
        channel.processed(message)
        if (++received === batches) resolve()
        else dispatcher.ready(receiver)
      },
    }
    const channel = new LocalChannel(rows, credit, { wakeReceiver: () => dispatcher.ready(receiver), wakeSender: () => dispatcher.ready(sender) })
    dispatcher.ready(sender)
  })

export const cases: readonly (() => Case)[] = [
  () => ({ name: 'rows in batches of 1024', count: 2_000 * 1_024, prepare: () => () => passed(2_000, 1_024) }),
  () => ({ name: 'batches of one row', count: 200_000, prepare: () => () => passed(200_000, 1) }),
]
