/** What a thread of the pool runs: one slot, until it is told to end. */
import type { MessagePort } from 'node:worker_threads'
import { hostSlot } from './slot-host.ts'
import type { SlotJob } from './slot-protocol.ts'

const slotTask = ({ port, data }: { readonly port: MessagePort; readonly data: SlotJob }): Promise<void> => hostSlot(data, port)

export default slotTask
