/** Runs the actors that have something to do, one step each, in turn; lets the event loop run in between. */
import type { Env } from '../env/env.ts'

export interface Runnable {
  /** Handles one message, or goes on where it paused. */
  step(): void
  /** Milliseconds that its last step took. */
  spent?(ms: number): void
}

export class Dispatcher {
  private readonly queue: Runnable[] = []
  private readonly queued = new Set<Runnable>()
  private scheduled = false
  private readonly env: Env
  private readonly onError: (error: unknown) => void
  private readonly onTurn: (actor: Runnable | null) => void

  /** `onTurn` is told who gets the thread, and null when it is given back. `onError` gets what a step throws beyond what actors handle: a fault of the engine itself. */
  constructor(env: Env, onError: (error: unknown) => void, onTurn: (actor: Runnable | null) => void = () => {}) {
    this.env = env
    this.onError = onError
    this.onTurn = onTurn
  }

  ready(actor: Runnable): void {
    if (this.queued.has(actor)) return
    this.queued.add(actor)
    this.queue.push(actor)
    this.schedule()
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    this.env.scheduler.soon(() => this.turn())
  }

  private turn(): void {
    this.scheduled = false
    const { scheduler, clock } = this.env
    const since = clock.monotonic()
    let at = since
    while (this.queue.length > 0) {
      const index = this.queue.length === 1 ? 0 : scheduler.pick(this.queue.length)
      const [actor] = this.queue.splice(index, 1) as [Runnable]
      const stallMs = scheduler.stall()
      if (stallMs > 0) {
        // It stays in `queued`: who wakes it meanwhile changes nothing.
        scheduler.after(stallMs, () => {
          this.queued.delete(actor)
          this.ready(actor)
        })
        continue
      }
      this.queued.delete(actor)
      this.onTurn(actor)
      try {
        actor.step()
      } catch (error) {
        this.onError(error)
      }
      const now = clock.monotonic()
      actor.spent?.(now - at)
      at = now
      if (scheduler.shouldYield(since)) break
    }
    this.onTurn(null)
    if (this.queue.length > 0) this.schedule()
  }
}
