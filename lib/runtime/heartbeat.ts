/**
 * A thread that is busy in one call answers no message. So it leaves in shared memory how often its event loop has turned, and which actor
 * has the thread: whoever looks can tell that it hangs, and where.
 */

/** Turns, and the number of the actor; −1: none. */
const WORDS = 2

export class Pulse {
  readonly shared: SharedArrayBuffer
  private readonly words: Int32Array

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(4 * WORDS)) {
    this.shared = shared
    this.words = new Int32Array(shared)
  }

  beat(): void {
    Atomics.add(this.words, 0, 1)
  }

  /** That actor has the thread; −1: none has. */
  hold(actor: number): void {
    Atomics.store(this.words, 1, actor)
  }

  get beats(): number {
    return Atomics.load(this.words, 0)
  }

  get holder(): number {
    return Atomics.load(this.words, 1)
  }
}

/** Looks at a pulse from time to time, and says once of each time that it has stopped. */
export class Watch {
  private readonly pulse: Pulse
  private readonly limitMs: number
  private readonly stopped: (holder: number, ms: number) => void
  private beats = -1
  private since = 0
  private isReported = false

  constructor(pulse: Pulse, limitMs: number, stopped: (holder: number, ms: number) => void) {
    this.pulse = pulse
    this.limitMs = limitMs
    this.stopped = stopped
  }

  /** `now`: milliseconds of a clock that never goes back. */
  look(now: number): void {
    const { beats } = this.pulse
    if (beats !== this.beats) {
      this.beats = beats
      this.since = now
      this.isReported = false
    } else if (!this.isReported && now - this.since >= this.limitMs) {
      this.isReported = true
      this.stopped(this.pulse.holder, now - this.since)
    }
  }
}
