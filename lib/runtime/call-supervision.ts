/** Calls that have failed: tried again, given up, or the end of their actor or region, as the supervisor decides. */
import { isParameterFailure } from '../api/parameter.ts'
import { MillraceError, errorMessage, hasCode, placed } from '../errors.ts'
import { NONE, StageUnfit } from '../operators/operator.ts'
import { describeError } from '../supervision/describe-error.ts'
import type { ChainHost } from './chain-host.ts'
import { ActorStopped, RegionFailed } from './failure.ts'
import type { DeadLetter, FailureFacts } from './job-handle.ts'
import type { CursorFrame, OperatorChain } from './operator-chain.ts'
import type { Suspects } from './suspects.ts'

export class CallSupervision {
  private readonly chain: OperatorChain
  private readonly host: ChainHost

  constructor(chain: OperatorChain, host: ChainHost) {
    this.chain = chain
    this.host = host
  }

  /** What the call gave at last, or NONE where its record was given up. */
  retry(step: number, record: unknown, thrown: unknown): unknown {
    const operator = this.chain.operators[step]!
    const { context } = this.chain
    const time = context.time
    let error = thrown
    const before = this.suspectOf(step, record)?.attempts ?? 0
    for (let attempt = before + 1; ; attempt++) {
      if (hasCode(error, 'ROW_INVALID') && this.chain.steps[step]!.kind === 'source') return this.badRow(step, record, error)
      if (isParameterFailure(error)) throw new RegionFailed(this.chain.steps[step]!.id, error, 'fatal', null, this.position)
      const undone = operator.undo === undefined || operator.undo(record, context)
      if (this.decide(step, record, error, attempt, undone) === 'given-up') return NONE
      context.time = time
      try {
        return operator.apply(record, context)
      } catch (again) {
        error = again
      }
    }
  }

  /** As `retry`, for an output of a cursor. */
  retryCursor(frame: CursorFrame, thrown: unknown): unknown {
    let error = thrown
    if (error instanceof StageUnfit) throw new RegionFailed(this.chain.steps[frame.step]!.id, error.cause, 'fatal')
    const input = frame.cursor.input()
    const earlier = (frame.cursor.failures?.() ?? 1) - 1
    const before = (this.suspectOf(frame.step, input)?.attempts ?? 0) + earlier
    for (let attempt = before + 1; ; attempt++) {
      if (this.decide(frame.step, input, error, attempt, frame.cursor.undoable()) === 'given-up') {
        frame.cursor.skip()
        return NONE
      }
      try {
        return frame.cursor.next(this.chain.context)
      } catch (again) {
        error = again
      }
    }
  }

  /** Asks the supervisor. 'again': call once more. Throws where the actor or the region cannot go on. */
  private decide(step: number, record: unknown, error: unknown, attempt: number, undone: boolean): 'again' | 'given-up' {
    const { id, supervision } = this.chain.steps[step]!
    const { suspects } = this.host
    const strategy = supervision ?? this.host.supervision
    const facts = this.factsOf(step, error)
    const directive = strategy.decide({ error, record, attempt, operatorId: id })
    const identity = (): string => suspects.identify(this.chain.context.origin, this.chain.recordNumber, this.chain.context.key, record)
    if (directive === 'escalate') throw new RegionFailed(id, error, 'escalated', supervision, this.position)
    if (directive === 'stop') {
      this.bury(step, record, facts, attempt, 'failed')
      throw new ActorStopped(id, error)
    }
    const givesUp = directive === 'resume' || attempt >= strategy.attempts
    if (!undone) {
      suspects.note(id, identity(), { attempts: attempt, condemned: givesUp ? (directive === 'resume' ? 'failed' : 'poison') : null, facts })
      throw new RegionFailed(id, error, 'restart', supervision, this.position)
    }
    if (!givesUp) return 'again'
    this.bury(step, record, facts, attempt, directive === 'resume' ? 'failed' : 'poison')
    return 'given-up'
  }

  suspectOf(step: number, record: unknown): ReturnType<Suspects['find']> {
    const { suspects } = this.host
    const { id } = this.chain.steps[step]!
    if (suspects.isEmpty || !suspects.has(id)) return undefined
    return suspects.find(id, suspects.identify(this.chain.context.origin, this.chain.recordNumber, this.chain.context.key, record))
  }

  private factsOf(step: number, error: unknown): Omit<FailureFacts, 'operatorId'> {
    const { id, site } = this.chain.steps[step]!
    return describeError(error instanceof MillraceError ? placed(error, id, site, this.position) : error)
  }

  /** What is wrong with a record that came too late. */
  lateness(step: number): Omit<FailureFacts, 'operatorId'> {
    const { id, site } = this.chain.steps[step]!
    // The watermark is left out: how far it was announced beyond what any window waits for is open.
    const what = 'came after every window it belongs to had closed'
    return { code: 'LATE_RECORD', message: errorMessage('LATE_RECORD', what, { operatorId: id, site, record: this.position }), stack: '' }
  }

  /** Which record of which split is in hand; undefined where it did not come straight from one. */
  private get position(): string | undefined {
    const number = this.chain.recordNumber
    return number === null ? undefined : `record ${number + 1} of '${this.chain.context.origin}'`
  }

  /** A call that was given up before the region went back is not made again. */
  isCondemned(step: number, record: unknown): boolean {
    const suspect = this.suspectOf(step, record)
    if (suspect === undefined || suspect.condemned === null) return false
    this.bury(step, record, suspect.facts, suspect.attempts, suspect.condemned)
    return true
  }

  private badRow(step: number, record: unknown, error: MillraceError): unknown {
    if (this.chain.steps[step]!.failsOnBadRow) throw new RegionFailed(this.chain.steps[step]!.id, error, 'fatal', null, this.position)
    this.bury(step, record, this.factsOf(step, error), 1, 'bad-row')
    return NONE
  }

  /** A record for which no call was made, or none had answered. */
  buryUnheard(step: number, record: unknown): void {
    this.bury(step, record, { code: 'OPERATOR_FAILED', message: 'came for an actor that its supervisor had stopped', stack: '' }, 0, 'failed')
  }

  bury(step: number, record: unknown, facts: Omit<FailureFacts, 'operatorId'>, attempt: number, reason: DeadLetter['reason']): void {
    const letter: DeadLetter = { record, error: { ...facts, operatorId: this.chain.steps[step]!.id }, attempt, at: this.host.now(), reason, position: this.position ?? null }
    this.host.onDeadLetter(letter, this.chain.steps[step]!.kind === 'source')
    this.chain.router.emitDead(letter, this.chain.context)
  }
}
