/** Runs one process of a simulated world to the end of a program. */
import type { Env } from '../../lib/env/env.ts'
import type { SimProcess, SimWorld } from '../../lib/env/sim.ts'

export const generous = { steps: 1_000_000, virtualMs: 10_000_000 }

/** Resolves with what the program gave, or rejects as it did; a program that hangs is an error of its own. */
export const inProcess = async <T>(process: SimProcess, program: (env: Env) => Promise<T>): Promise<T> => {
  let ended: { readonly value: T } | { readonly error: unknown } | null = null
  program(process.env).then(
    (value) => (ended = { value }),
    (error: unknown) => (ended = { error }),
  )
  const outcome = await process.run(() => ended !== null, generous)
  if (outcome !== 'until') throw new Error(`the program did not end: ${outcome}`)
  const result = ended! as { readonly value: T } | { readonly error: unknown }
  if ('error' in result) throw result.error
  return result.value
}

export const inWorld = <T>(world: SimWorld, program: (env: Env) => Promise<T>): Promise<T> => inProcess(world.boot(), program)

/** Runs a program until it ends or `steps` events have happened; then the machine dies. Says whether the program had ended. */
export const dieAfter = async (world: SimWorld, steps: number, program: (env: Env) => Promise<unknown>): Promise<boolean> => {
  const process = world.boot()
  let ended = false
  program(process.env).then(
    () => (ended = true),
    () => (ended = true),
  )
  await process.run(() => ended, { steps, virtualMs: generous.virtualMs })
  process.kill()
  return ended
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)
