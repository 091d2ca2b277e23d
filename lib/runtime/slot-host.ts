/** A slot's side: rebuilds the plan of the job from the module of its topology, and runs the parts of regions it is given. */
import { Dispatcher } from '../actors/dispatcher.ts'
import { checkParameters, entering } from '../api/parameter.ts'
import type { ParameterValues } from '../api/parameter.ts'
import { topologyNode } from '../api/topology.ts'
import { writeChunkFile } from '../checkpoint/stores/checkpoint-folder.ts'
import type { Env } from '../env/env.ts'
import type { RawEnd } from '../env/threads.ts'
import { MillraceError } from '../errors.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { connectorsOf } from '../plan/connectors.ts'
import { placeOf } from '../plan/placement.ts'
import type { Plan } from '../plan/plan.ts'
import type { Acknowledgement, Actor } from './actor-host.ts'
import { errorData } from './error-data.ts'
import { RegionFailed } from './failure.ts'
import { Pulse } from './heartbeat.ts'
import type { DeadLetter } from './job-handle.ts'
import { farReceiver, farSender } from './far-channel.ts'
import type { FarReceiver, FarSender } from './far-channel.ts'
import { RegionPart } from './region-part.ts'
import type { FarEnds } from './region-part.ts'
import { restoredState } from './restored-job.ts'
import type { FailureData, FromSlot, SlotJob, ToSlot } from './slot-protocol.ts'
import { SlotSnapshots } from './slot-snapshots.ts'
import { strategyFrom } from './strategy-data.ts'
import { Suspects } from './suspects.ts'
import { actorNames, senderOf, wiringOf } from './wiring.ts'

/** Milliseconds between two reports of what has been counted. */
const METRICS_MS = 200
/** Milliseconds between two beats. */
const BEAT_MS = 100

interface Hosted {
  readonly part: RegionPart
  readonly ends: readonly (FarSender | FarReceiver)[]
}

export interface SlotThread {
  readonly env: Env
  /** The end that leads to the thread that called `run`. */
  readonly end: RawEnd
  importModule(url: string): Promise<Readonly<Record<string, unknown>>>
}

/** Serves until it is told to end. */
export const hostSlot = async (job: SlotJob, { env, end, importModule }: SlotThread): Promise<void> => {
  const port = env.threads.port(end)
  const tell = (message: FromSlot, transfer: ArrayBuffer[] = []): void => port.post(message, transfer)
  let values: ParameterValues | null = null
  const enter = entering(() => values)
  const supervision = strategyFrom(job.supervision)
  let plan: Plan
  try {
    const node = topologyNode(topologyIn(await importModule(job.module), job) as never)!
    values = checkParameters(job.parameters, connectorsOf(node))
    plan = enter(() => buildPlan(node, { ...job, supervision }))
  } catch (error) {
    return tell({ type: 'unfit', error: errorData(error) })
  }
  const pulse = new Pulse(job.pulse)
  const numberOf = new Map(actorNames(plan).map((name, number) => [name, number]))
  const dispatcher = new Dispatcher(
    env,
    (error) => {
      throw error
    },
    (actor) => pulse.hold(actor === null ? -1 : (numberOf.get((actor as Actor).name) ?? -1)),
  )
  const suspects = Array.from({ length: plan.regions }, () => new Suspects())
  const hosted = new Map<number, Hosted>()
  /** The caller does not wait for ever until a part is closed; the next one here does. */
  let closing: Promise<unknown> = Promise.resolve()

  const open = async ({ part, region, start, restored, splits, ends: given }: Extract<ToSlot, { type: 'open' }>): Promise<void> => {
    const { actors, channels } = wiringOf(plan, region)
    const ends: (FarSender | FarReceiver)[] = []
    const far: FarEnds = {
      sender: (channel, wakes) => {
        const end = farSender(env.threads, given.get(channel)!, job.tuning.far, senderOf(channels[channel]!), wakes)
        ends.push(end)
        return end
      },
      receiver: (channel, wakes) => {
        const end = farReceiver(env.threads, given.get(channel)!, wakes)
        ends.push(end)
        return end
      },
    }
    const failed = (actor: string, thrown: unknown): void => {
      const failure = thrown instanceof RegionFailed ? thrown : new RegionFailed('engine', thrown, 'fatal')
      const data: FailureData = { actor, operatorId: failure.operatorId, failure: failure.failure, own: failure.supervision !== null, record: failure.record, cause: errorData(failure.cause) }
      tell({ type: 'failed', part, failure: data })
    }
    const mine = actors.filter(({ vertex, instance }) => placeOf(vertex, instance, job.slots) === job.place)
    const acknowledged = acknowledging(part, mine.length)
    const settings = {
      plan,
      env,
      dispatcher,
      suspects: suspects[region]!,
      supervision,
      tuning: job.tuning,
      checkpoints: job.checkpoints,
      replacing: job.replacing,
      deadLetters: null,
      enter,
      reports: {
        acknowledged: (ack: Acknowledgement) => {
          tellMetrics(part)
          acknowledged(ack)
        },
        sinkEnded: (actor: string) => tell({ type: 'sink-ended', part, actor }),
        committed: (actor: string, checkpoint: number) => {
          tellMetrics(part)
          tell({ type: 'committed', part, actor, checkpoint })
        },
        failed,
        stopped: (operatorId: string, error: unknown) => tell({ type: 'stopped', part, operatorId, error: errorData(error) }),
        deadLetter: (letter: DeadLetter) => tell({ type: 'dead-letter', part, letter }),
      },
    }
    try {
      const opened = await RegionPart.open(settings, mine, channels, far, { start, restored: restored === null ? null : restoredState(restored), splits })
      hosted.set(part, { part: opened, ends })
      tell({ type: 'opened', part, error: null })
    } catch (error) {
      for (const end of ends) end.dispose()
      tell({ type: 'opened', part, error: errorData(error) })
    }
  }

  /** What becomes of an acknowledgement of one of a part's `actors`. */
  const acknowledging = (part: number, actors: number): ((ack: Acknowledgement) => void) => {
    const { snapshots } = job
    if (snapshots === null) return (ack) => tell({ type: 'acknowledged', part, acks: [ack], stored: null }, ack.chunks.map(({ bytes }) => bytes.buffer as ArrayBuffer))
    const { folder, run } = snapshots
    const slot = new SlotSnapshots({
      actors,
      write: (checkpoint, chunks) => writeChunkFile(env, folder, { run, checkpoint }, part, chunks),
      tell: (acks, stored) => tell({ type: 'acknowledged', part, acks, stored: stored !== null && 'error' in stored ? { error: errorData(stored.error) } : stored }),
    })
    return (ack) => slot.acknowledged(ack)
  }

  const tellMetrics = (part: number): void => {
    const actors = hosted.get(part)?.part
    if (actors !== undefined) tell({ type: 'metrics', part, counters: actors.counters(), operators: actors.metrics() })
  }

  const tellPart = (message: Exclude<ToSlot, { type: 'open' | 'dispose' | 'end' }>): void => {
    const part = hosted.get(message.part)?.part
    if (part === undefined) return
    switch (message.type) {
      case 'start':
        return part.start()
      case 'drain':
        return part.drain()
      case 'trigger':
        return part.trigger(message.barrier)
      case 'commit':
        return part.commit(message.checkpoint)
      case 'lost':
        return void part.lostAfter(message.checkpoint).then((lost) => tell({ type: 'lost', part: message.part, question: message.question, lost }))
    }
  }

  const dispose = async ({ part, abortAfter, question }: Extract<ToSlot, { type: 'dispose' }>): Promise<void> => {
    const found = hosted.get(part)
    hosted.delete(part)
    await found?.part.dispose(abortAfter)
    for (const end of found?.ends ?? []) end.dispose()
    tell({ type: 'disposed', part, question })
  }

  tell({ type: 'ready', fingerprint: plan.fingerprint, ids: [...plan.ids.values()] })
  await new Promise<void>((ended) => {
    let cancelMetrics = (): void => {}
    let cancelBeat = (): void => {}
    const beat = (): void => {
      pulse.beat()
      cancelBeat = env.scheduler.after(BEAT_MS, beat)
    }
    beat()
    const tick = (): void => {
      for (const part of hosted.keys()) tellMetrics(part)
      cancelMetrics = env.scheduler.after(METRICS_MS, tick)
    }
    cancelMetrics = env.scheduler.after(METRICS_MS, tick)
    const hear = (message: ToSlot): void => {
      switch (message.type) {
        case 'open':
          return void closing.then(() => open(message))
        case 'dispose':
          closing = Promise.all([closing, dispose(message)])
          return
        case 'end':
          cancelMetrics()
          cancelBeat()
          port.close()
          return ended()
        default:
          tellPart(message)
      }
    }
    port.listen((message) => hear(message as ToSlot), () => undefined)
  })
}

/** The module's default export, else the one topology of that id among its exports. */
const topologyIn = (module: Readonly<Record<string, unknown>>, { topologyId: id, module: url }: SlotJob): object => {
  const all = [module['default'], ...Object.values(module)].filter((value) => topologyNode(value as never) !== undefined)
  const found = all.find((value) => topologyNode(value as never)!.id === id)
  if (found !== undefined) return found as object
  throw new MillraceError('TOPOLOGY_HAS_NO_MODULE', `${url} exports no topology '${id}'`, { next: `Export it: export default topology(import.meta, '${id}', …).` })
}
