/** Functions of modules that are called on threads of their own. */

export interface OffloadedFunction {
  /** URL of the module. */
  readonly module: string
  /** What it exports the function as. */
  readonly name: string
  /** Calls at a time. */
  readonly threads: number
  /** Milliseconds that a call may take; Infinity: any number. */
  readonly timeout: number
}

/** 'unfit': the module has no such function, so no call can be made at all. */
export type CallOutcome =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'unfit'; readonly error: unknown }

export interface OffloadPool {
  /** Calls, made and waiting, that there should be at most. It moves with the time a call takes. */
  readonly room: number
  /** Calls the function with a copy of the record; `done` is called once, at any time after that, in any order. */
  call(record: unknown, done: (outcome: CallOutcome) => void): void
  /** Ends its threads, whatever they do. What is not done yet is never done. */
  close(): Promise<void>
}

export interface Offloader {
  /** Cores that this process may use. */
  readonly cores: number
  /**
   * Its threads start at the first call.
   * @throws OPTION_INVALID where there is no such module
   */
  open(called: OffloadedFunction): OffloadPool
}
