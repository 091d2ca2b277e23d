/** `offload`: a function of another module, called on threads of its own. */
import { callSite } from '../api/call-site.ts'
import { checkNumber, invalid, shown } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream, stageNode } from '../api/stream.ts'
import type { AnyStream, DataStream, Stage } from '../api/stream.ts'
import { checkedOptions } from './checked-options.ts'
import { OffloadedRecords } from './offloaded-records.ts'
import type { OperatorContext } from './operator.ts'
import { recordsOf } from './stage-input.ts'

export interface OffloadOptions extends StageOptions {
  /** Calls at a time, each on a thread of its own: those of all instances together, but one for each at least. The machine's cores less one, at least one, unless given. */
  readonly concurrency?: number
  /** Milliseconds that one call may take: then its thread is ended, and the call has failed. Any number unless given: then a call that never comes back holds checkpoints, and `stop`, until the job is cancelled. */
  readonly timeout?: number
}

/** More threads than this are a slip of the pen. */
const CONCURRENCY_MAX = 1024

/**
 * Each record becomes what the function `name` of the module returns for it, or what its promise resolves to. The calls run at the same
 * time, on threads of their own; the results leave in the order of the records.
 *
 * The function is pure: it is given a copy of the record, and may be called again for the same one. Record and result are plain data. It is
 * loaded in each thread by itself and reads no `parameter`. Its type is not looked up by its name: give it, as below, or as `(order: Order) => Scored`.
 *
 * @example from(orders).pipe(offload<typeof import('./score.ts').score>(new URL('./score.ts', import.meta.url), 'score', { concurrency: 4 }))
 * @throws OPTION_INVALID for an option that is not known or not fit; from `run` for a module that is not there; fails the job where the module has no such function
 */
export const offload = <F extends (record: never) => unknown = (record: unknown) => unknown>(
  url: URL,
  name: string,
  options?: OffloadOptions,
): Stage<AnyStream<Parameters<F>[0]>, DataStream<Awaited<ReturnType<F>>>> => {
  const site = callSite()
  const given: unknown = url
  if (!(given instanceof URL) || given.protocol !== 'file:')
    throw invalid(`the module of offload must be the URL of a file, not ${given instanceof URL ? given.href : shown(given)}`, site, 'Give it as new URL(…, import.meta.url).')
  if (typeof name !== 'string' || name === '') throw invalid(`the function of offload must be the name of an export, not ${shown(name)}`, site)
  const checked = checkedOptions('offload', options, site, ['concurrency', 'timeout'])
  const { concurrency, timeout = Infinity } = checked
  if (concurrency !== undefined) checkNumber('the concurrency of offload', concurrency, { least: 1, most: CONCURRENCY_MAX, whole: true }, site)
  if (timeout !== Infinity) checkNumber('the timeout of offload', timeout, { least: 1 }, site)
  const module = given.href
  return (input) => {
    const { node } = recordsOf(input, 'offload', site)
    const create = (context: OperatorContext): OffloadedRecords => {
      const threads = shareOf(concurrency ?? Math.max(1, context.offloader.cores - 1), context)
      return new OffloadedRecords(context.offloader.open({ module, name, threads, timeout }), () => context.wake())
    }
    const titled = { ...checked, name: checked.name ?? `${name} of ${module.slice(module.lastIndexOf('/') + 1)}` }
    return dataStream(stageNode(node, site, { kind: 'offload', options: titled, params: { module, name }, state: null, schema: '', isApart: true, create }))
  }
}

const shareOf = (threads: number, { instance, parallelism }: OperatorContext): number => Math.max(1, Math.floor(threads / parallelism) + (instance < threads % parallelism ? 1 : 0))
