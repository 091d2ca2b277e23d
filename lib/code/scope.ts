/**
 * Functions made from text at run time; the only place that makes them. Into the text go names that a scope has given, numbers, and
 * literals quoted by JSON, never a value of the user's.
 */

import { farCall, warmFarCall } from './far-call.ts'

let isAllowed: boolean | undefined

/** False under `--disallow-code-generation-from-strings`: everything that is compiled has a slower way beside it. */
export const mayCompile = (): boolean => {
  if (isAllowed !== undefined) return isAllowed
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- whether it may be done is the question
    isAllowed = new Function('return true')() as boolean
  } catch {
    isAllowed = false
  }
  return isAllowed
}

/**
 * Each text is made unlike any other: of equal ones V8 shares the code, which then no longer knows its constants. Measured: a third of
 * the speed of a whole job.
 */
let made = 0

/** Gives names to values and to locals. */
export class Scope {
  readonly #values: unknown[] = []
  readonly #names = new Map<unknown, string>()
  #locals: string[] = []
  readonly #isFar: boolean
  /** Called from here where they are called far: V8 knows what a constant refers to, but not what lies in an array. */
  readonly #functions: unknown[] = []

  /** `form`: whether functions of the user may become part of what calls them. */
  constructor(form: 'near' | 'far' = 'near') {
    this.#isFar = form === 'far'
    if (this.#isFar) warmFarCall()
  }

  /** The name of a value: a function of the user, or an object of ours. */
  readonly bind = (value: unknown): string => {
    let name = this.#names.get(value)
    if (name === undefined) {
      name = `$${this.#values.push(value) - 1}`
      this.#names.set(value, name)
    }
    return name
  }

  /** The name of a local of its own, undefined at first. */
  readonly local = (): string => {
    const name = `x${this.#locals.length}`
    this.#locals.push(name)
    return name
  }

  /** An expression: a function of the user called with the local `v`. */
  readonly call = (fn: (record: never) => unknown): string =>
    this.#isFar ? `${this.bind(farCall)}(${this.bind(this.#functions)}[${this.#functions.push(fn) - 1}], v)` : `${this.bind(fn)}(v)`

  /** Declares the locals given since the last time. */
  takeLocals(): string {
    const locals = this.#locals
    this.#locals = []
    return locals.length === 0 ? '' : `let ${locals.join(', ')};`
  }

  /** Runs statements that end by returning what is wanted. */
  run(text: string): unknown {
    const constants = this.#values.map((_, i) => `$${i} = $[${i}]`)
    const head = constants.length === 0 ? '' : `const ${constants.join(', ')};\n`
    // oxlint-disable-next-line typescript/no-implied-eval -- see the head of this file
    return new Function('$', `'use strict';\n${head}${text}\n// ${++made}`)(this.#values)
  }
}
