/** Threads of this process, and what they send each other. */
import { availableParallelism } from 'node:os'

/** Cores that this process may use. */
export const cores = (): number => availableParallelism()

/** The condition under which sources import each other by the package's name. */
const SOURCE = '--conditions=@millrace/source'

/** Options that say how modules are found and loaded. Those of V8 hold for all threads anyway, and a Worker that is given one is refused. */
const ofModules = /^(-C|-r|--(conditions|import|require|loader|preserve-symlinks|enable-source-maps|no-warnings|disable-warning|experimental-[a-z-]+))(=|$)/

/** Arguments of Node for a thread that runs `module`, a URL: what this process was given of those that concern modules. */
export const threadArguments = (module: string, own: readonly string[] = process.execArgv): string[] => {
  const kept = own.filter((argument, at) => ofModules.test(argument) || (!argument.startsWith('-') && at > 0 && ofModules.test(own[at - 1]!)))
  return module.endsWith('.ts') && !kept.includes(SOURCE) ? [...kept, SOURCE] : kept
}

declare const end: unique symbol
/** One end of a pair on its way to the thread that will use it. It crosses by being transferred, like a buffer that moves. */
export interface RawEnd {
  readonly [end]: true
}

/** One end of a pair through which two threads send each other messages, in order. */
export interface Port {
  /** The message is copied as `structuredClone` copies; what is in `transfer` moves. */
  post(message: unknown, transfer?: readonly (RawEnd | ArrayBuffer)[]): void
  /** The next message that has come, without waiting for the event loop. */
  receive(): { readonly message: unknown } | undefined
  /** `message` is told of each that `receive` has not taken; `closed`, once, that the pair is cut, by either end. To be called once. */
  listen(message: (message: unknown) => void, closed: () => void): void
  close(): void
}

export interface Thread {
  readonly port: Port
  /** Resolves when its task ends; rejects where the thread dies. */
  readonly ended: Promise<void>
}

/** What the task of a thread is called with. */
export interface ThreadTask {
  /** The other end of its `Thread.port`. */
  readonly port: RawEnd
  readonly data: unknown
}

export interface ThreadPool {
  /** Runs the pool's task on a thread of its own. */
  start(data: unknown): Thread
  /** Ends its threads, whatever they do. */
  close(): Promise<void>
}

export interface Threads {
  pair(): readonly [RawEnd, RawEnd]
  /** Takes an end that has come to this thread. */
  port(end: RawEnd): Port
  /** `module`: URL of one whose default export is the task, called with a `ThreadTask`. */
  pool(module: string, threads: number): ThreadPool
}
