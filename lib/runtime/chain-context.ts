/** What the operators of a chain are given: the facts of the record at hand, and what they may ask for. */
import type { Offloader } from '../env/offloader.ts'
import type { OperatorContext } from '../operators/operator.ts'
import type { Instants } from '../time/instants.ts'
import type { ChainHost } from './chain-host.ts'
import type { OperatorChain } from './operator-chain.ts'

export class ChainContext implements OperatorContext {
  time: number = NaN
  key: unknown = undefined
  route = 0
  origin = ''
  targets = 1
  step = 0
  readonly instance: number
  readonly parallelism: number
  readonly maxParallelism: number
  private readonly chain: OperatorChain
  private readonly host: ChainHost

  constructor(chain: OperatorChain, host: ChainHost) {
    this.chain = chain
    this.host = host
    this.instance = host.instance
    this.parallelism = host.parallelism
    this.maxParallelism = host.maxParallelism
  }

  get watermark(): number {
    return this.chain.watermarkOf(this.step)
  }
  get eventTime(): boolean {
    return this.chain.steps[this.step]!.eventTime
  }
  now(): number {
    return this.host.now()
  }
  activeNow(): number {
    return this.host.activeNow()
  }
  wakeAt(at: number): void {
    this.host.wakeAt(at)
  }
  wake(): void {
    this.host.wake()
  }
  get offloader(): Offloader {
    return this.host.offloader
  }
  endSplit(origin: string): void {
    this.chain.followSplitEnd(this.step + 1, origin)
  }
  advance(watermark: number): void {
    this.chain.follow(this.step + 1, watermark)
  }
  side(id: string, record: unknown): void {
    this.host.router.emitSide(id, record, this)
  }
  get instants(): Instants {
    return this.chain.steps[this.step]!.instants
  }
  late(record: unknown): void {
    this.host.onLate()
    const to = this.chain.steps[this.step]!.lateTo
    if (to !== null && this.host.router.emitSide(to, record, this)) return
    this.chain.calls.bury(this.step, record, this.chain.calls.lateness(this.step), 1, 'late')
  }
  complete(): void {
    this.chain.isOver = true
    this.host.onComplete()
  }
  isSuspect(record: unknown): boolean {
    return this.chain.calls.suspectOf(this.step, record) !== undefined
  }
}
