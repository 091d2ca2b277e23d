/**
 * Compiles a chain to one loop of its own, so that its call sites stay monomorphic however many chains a process runs: each stage writes
 * itself as statements over the record `v`, its time `t` and key `k` (`Operator.code`), or is called.
 *
 * Where a call throws, the row is handed to `OperatorChain.recover`, which goes on with it stage by stage; the loop then takes the next.
 */
import { Scope } from '../code/scope.ts'
import { DONE, NONE, WAITING } from '../operators/operator.ts'
import { blocksCode, foldBehindPlainStages } from './block-code.ts'
import type { EdgeRouting } from '../plan/plan.ts'
import type { Edge } from './edge.ts'
import type { RowText } from '../workers/codec/row-text.ts'
import type { CursorFrame, OperatorChain } from './operator-chain.ts'
import type { Form } from './run-choice.ts'

/** Runs rows `from` up to `to`; returns the row to go on with, less than `to` where the chain has paused or wants no more. */
export type RowsRun = (values: readonly unknown[], times: readonly number[] | null, keys: readonly unknown[] | null, from: number, to: number) => number

/**
 * Takes outputs of a stage's cursor through the later stages, until it has no more (true), the outbox is full, or something has to go
 * before the next one. Throws what `cursor.next` throws.
 */
export type Drain = (frame: CursorFrame, depth: number) => boolean

export interface CompiledChain {
  readonly rows: RowsRun
  /** The same in blocks, where a stage of the chain can look ahead; null where none can. */
  readonly blocks: RowsRun | null
  /** By stage, null where it gives one output at most. */
  readonly drains: readonly (Drain | null)[]
}

/** Writes parts of a chain as statements. */
export class ChainWriter {
  readonly chain: OperatorChain
  readonly scope: Scope
  /** Names of the chain and its context. */
  readonly self: string
  readonly context: string
  /** Where rows lie in columns. */
  private readonly rowText: RowText | null

  constructor(chain: OperatorChain, form: Form, rowText: ((bind: (value: unknown) => string) => RowText) | null = null) {
    this.chain = chain
    this.scope = new Scope(form)
    this.self = this.scope.bind(chain)
    this.context = this.scope.bind(chain.context)
    this.rowText = rowText?.(this.scope.bind) ?? null
  }

  /** One stage. `here`: says which row is in hand. `isHeld` is set where something may have to be done before the next record. */
  stage(step: number, here: string, found: string | null = null): string {
    const { chain, scope, self, context } = this
    const operator = chain.operators[step]!
    const { bind, local, call } = scope
    // Made anew where it is handed over, so that the row of the frequent case never leaves the loop and need not be made.
    const made = step === 0 && this.rowText !== null ? `v = ${this.rowText.row};` : ''
    const called = `${made} ${here} ${context}.time = t; ${context}.key = k; ${context}.step = ${step}; isHeld = true;`
    const output = local()
    const apply =
      operator.shape === 'one'
        ? `${called} v = ${bind(operator)}.apply(v, ${context}); t = ${context}.time; k = ${context}.key; if (v === ${bind(NONE)}) break row;`
        : `${called} ${output} = ${bind(operator)}.apply(v, ${context}); if (${output} !== null) { step = -1; ${self}.open(${step}, ${output}, v); }`
    const enter = `${context}.step = ${step}; isHeld = true;`
    const { eventTime } = chain.steps[step]!
    const part = this.rowText === null || step > 0 ? undefined : this.rowText.number
    const onward = (): string => this.body(step + 1, here)
    const text = operator.code?.({ bind, local, call, drop: 'break row;', enter, apply, onward, context, part, found, eventTime }) ?? apply
    const held = step > 0 && this.rowText !== null ? 'w = v;' : ''
    return `${held} step = ${step};\n${text}${operator.shape === 'many' ? '\nbreak row;' : ''}`
  }

  /** Stages up to the end of the chain, or to one behind which outputs come one by one. */
  body(from: number, here: string): string {
    const { operators, router } = this.chain
    const parts: string[] = []
    for (let step = from; step < operators.length; step++) {
      parts.push(this.stage(step, here))
      if (operators[step]!.shape === 'many') return parts.join('\n')
    }
    const { bind } = this.scope
    const { context } = this
    const { direct } = router
    const emit =
      direct === null
        ? `${context}.time = t; ${context}.key = k; ${bind(router)}.emit(v, ${context}); isHeld = true;`
        : `if (${this.outletOf(direct)}.${direct.valuesOnly ? 'putValue(v)' : 'put(v, t, k)'}) isHeld = true;`
    return [...parts, `step = -1; ${emit}`].join('\n')
  }

  /** The outlet that the record goes to. */
  private outletOf(edge: Edge): string {
    const { bind } = this.scope
    const [first, ...others] = edge.outlets
    if (others.length === 0) return bind(first)
    const targets: Partial<Record<EdgeRouting, string>> = { key: `${bind(edge)}.targetOfKey(k)`, route: `${this.context}.route`, spread: `${bind(edge)}.nextTurn()` }
    return `${bind(edge.outlets)}[${targets[edge.routing] ?? 0}]`
  }

  /** The row that `i` counts. */
  readonly row: string = `v = values[i];
if (times !== null) { t = times[i]; k = keys[i]; } else { t = none; k = undefined; }`

  /** Whether something is to be done before the next row. */
  get isFollowed(): string {
    const { chain, scope, self } = this
    return `(${scope.bind(chain.frames)}.length !== 0 || ${scope.bind(chain.router)}.isBlocked || ${self}.isOver)`
  }
}

const drainCode = (writer: ChainWriter, step: number): string => {
  const { scope, self, context, chain } = writer
  const { bind } = scope
  const text = writer.body(step + 1, '')
  const isOwed = chain.operators[step]!.keepsWatermark === undefined ? '' : ` && ${bind(chain.frames)}.length === depth`
  const isPatient = chain.steps[step]!.isApart
  return `function drain${step}(frame, depth) {
const cursor = frame.cursor, time = frame.time, key = frame.key;
let step = -1, isHeld = false, v, t = none, k; ${scope.takeLocals()}
${context}.origin = frame.origin;
for (;;) {
try {
do {
step = -2;
${context}.step = ${step}; ${context}.time = time; ${context}.key = key;
v = cursor.next(${context});
if (v === ${bind(DONE)}) return true;${isPatient ? `\nif (v === ${bind(WAITING)}) { ${self}.isWaiting = true; return false; }` : ''}
if (v === ${bind(NONE)}) continue;
t = ${context}.time; k = ${context}.key;
row: { ${text} }
} while (!isHeld${isOwed});
} catch (error) {
if (step === -2) throw error;
${self}.recover(step, v, t, k, error);
}
isHeld = false;
if (${bind(chain.frames)}.length !== depth || ${bind(chain.router)}.isBlocked) return false;
${context}.origin = frame.origin;
}
}`
}

export const compileChain = (chain: OperatorChain, form: Form): CompiledChain => {
  const writer = new ChainWriter(chain, form)
  const { scope, self } = writer
  const { operators } = chain
  const functions: string[] = []

  const rows = writer.body(0, `${self}.row = i + 1;`)
  functions.push(`function rows(values, times, keys, from, to) {
let i = from, step = -1, isHeld = false, v, t = none, k; ${scope.takeLocals()}
for (;;) {
try {
for (; i < to; i++) {
${writer.row}
row: { ${rows} }
if (isHeld) { isHeld = false; step = -1; if (${writer.isFollowed} && !${self}.goOn(i)) return i + 1; }
}
return to;
} catch (error) {
${self}.row = i + 1;
${self}.recover(step, v, t, k, error);
if (!${self}.goOn(i++)) return i;
}
}
}`)

  const fold = foldBehindPlainStages(chain)
  if (fold !== null) functions.push(blocksCode(writer, fold))

  const drains = operators.map((operator, step) => {
    if (operator.shape === 'one') return 'null'
    functions.push(drainCode(writer, step))
    return `drain${step}`
  })
  const result = `{ rows, blocks: ${fold === null ? 'null' : 'blocks'}, drains: [${drains.join(', ')}] }`
  return scope.run(`const none = 0 / 0;\n${functions.join('\n')}\nreturn ${result};`) as CompiledChain
}
