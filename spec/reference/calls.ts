/** One call of one user function: tried, undone, tried again, and at last a dead letter. */
export type Directive = 'resume' | 'restart' | 'stop' | 'escalate'

export interface FailedCall {
  readonly error: unknown
  readonly record: unknown
  readonly attempt: number
  readonly operatorId: string
}

export interface DeadLetter {
  readonly record: unknown
  readonly operatorId: string
  readonly attempt: number
  readonly reason: 'poison' | 'failed' | 'late' | 'bad-row'
  readonly code: string
}

export interface Policy {
  readonly attempts: number
  readonly decide: (call: FailedCall) => Directive
}

/** What a call came to: a value, nothing (its record is a dead letter), or the end of the stage. */
export type Outcome = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'nothing' } | { readonly kind: 'stop' }

/** The end of the whole job. */
export class JobFailed extends Error {
  readonly code: string
  readonly operatorId: string

  constructor(code: string, operatorId: string) {
    super(`${code} in '${operatorId}'`)
    this.code = code
    this.operatorId = operatorId
  }
}

/** The thrown thing's own code where it has one. */
export const codeOf = (error: unknown): string => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code !== '' ? code : 'OPERATOR_FAILED'
}

/** `fn` must leave everything as it was when it throws. */
export const call = (record: unknown, operatorId: string, policy: Policy, letters: DeadLetter[], fn: () => unknown): Outcome => {
  for (let attempt = 1; ; attempt++) {
    try {
      return { kind: 'value', value: fn() }
    } catch (error) {
      const directive = policy.decide({ error, record, attempt, operatorId })
      if (directive === 'escalate') throw new JobFailed('OPERATOR_FAILED', operatorId)
      const letter = (reason: 'poison' | 'failed'): unknown => letters.push({ record, operatorId, attempt, reason, code: codeOf(error) })
      if (directive === 'stop') {
        letter('failed')
        return { kind: 'stop' }
      }
      if (directive === 'resume') {
        letter('failed')
        return { kind: 'nothing' }
      }
      if (attempt >= policy.attempts) {
        letter('poison')
        return { kind: 'nothing' }
      }
    }
  }
}
