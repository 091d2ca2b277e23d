/** What a thread of the pool runs: one slot, until it is told to end. */
import { realEnv } from '../env/real.ts'
import type { ThreadTask } from '../env/threads.ts'
import { hostSlot } from './slot-host.ts'
import type { SlotJob } from './slot-protocol.ts'

const slotTask = ({ port, data }: ThreadTask): Promise<void> =>
  hostSlot(data as SlotJob, { env: realEnv(), end: port, importModule: (url) => import(url) as Promise<Readonly<Record<string, unknown>>> })

export default slotTask
