/** The watermark of an actor with several inputs: the smallest of those that are not idle. It never goes back. */

export class WatermarkMerge {
  private readonly marks: Float64Array
  private readonly idle: boolean[]
  private current = -Infinity
  private wasIdle = false

  constructor(inputs: number) {
    this.marks = new Float64Array(inputs).fill(-Infinity)
    this.idle = Array.from({ length: inputs }, () => false)
  }

  /**
   * A watermark (NaN: idle) came on `input`. The watermark of all where it has advanced, NaN where all inputs have become idle,
   * null where nothing follows.
   */
  update(input: number, at: number): number | null {
    if (Number.isNaN(at)) this.idle[input] = true
    else {
      this.idle[input] = false
      if (at > this.marks[input]!) this.marks[input] = at
    }
    return this.merged()
  }

  /** A record came on `input`, so it is idle no more. */
  active(input: number): void {
    if (this.idle[input] === true) {
      this.idle[input] = false
      this.wasIdle = false
    }
  }

  private merged(): number | null {
    let lowest = Infinity
    let live = 0
    let ended = 0
    for (let input = 0; input < this.marks.length; input++) {
      if (this.marks[input] === Infinity) ended++
      else if (this.idle[input] !== true) {
        live++
        if (this.marks[input]! < lowest) lowest = this.marks[input]!
      }
    }
    // An idle input may wake up again: the end is only where all have ended.
    if (live === 0 && ended < this.marks.length) {
      if (this.wasIdle) return null
      this.wasIdle = true
      return NaN
    }
    if (this.wasIdle) {
      this.wasIdle = false
      this.current = Math.max(this.current, lowest)
      return this.current
    }
    if (lowest <= this.current) return null
    this.current = lowest
    return lowest
  }
}
