/** The inner loop of a `NumberTable` as text, for compiled chains: it says what `prepare`, `commit` and `result` do, one leaf after the other. */
import { Scope } from '../../code/scope.ts'
import type { CodeScope } from '../../operators/operator.ts'
import { Part } from '../../state/part.ts'
import type { NumberLayout, NumberShape, NumberTable } from './number-table.ts'

export interface NumberCode {
  /** Statements that call the value functions for `v`. */
  readonly prepare: string
  /** Statements that look a slot up, for its result. */
  open(table: string, slot: string): string
  /** Statements that add what they gave to a slot. `table` and `slot` name a table and a slot of it that may yet have to be opened. */
  add(table: string, slot: string): string
  /** Statements that add the numbers of a `Part` that has lost nothing. */
  merge(table: string, slot: string, number: (place: number) => string): string
  /** An expression for the result of the slot of the `open` or `add` before it. */
  result(table: string): string
}

/** A function that adds a slot of a table to one of another: its numbers from `base` on, of sums that have lost nothing. */
export const compiledMerge = (layout: Pick<NumberLayout, 'leaves' | 'shape' | 'stride'>): ((table: NumberTable, slot: number, theirs: Float64Array, base: number) => void) => {
  const scope = new Scope()
  const text = numberCode(layout, scope).merge('table', 'slot', (place) => `theirs[base + ${place}]`)
  return scope.run(`return (table, slot, theirs, base) => { ${scope.takeLocals()} ${text} };`) as (table: NumberTable, slot: number, theirs: Float64Array, base: number) => void
}

/** A function for the part that is a copy of a slot, of a table whose sums have lost nothing. */
export const compiledPart = (stride: number): ((table: NumberTable, slot: number) => Part) => {
  const scope = new Scope()
  const copies = Array.from({ length: stride }, (_, i) => `numbers[base + ${i}]`)
  return scope.run(`return (table, slot) => { const numbers = table.numbers, base = slot * ${stride}; return new ${scope.bind(Part)}([${copies.join(', ')}], null, null); };`) as (table: NumberTable, slot: number) => Part
}

/** A function for the result of a slot. */
export const compiledResult = (layout: Pick<NumberLayout, 'leaves' | 'shape' | 'stride'>): ((table: NumberTable, slot: number) => unknown) => {
  const scope = new Scope()
  const code = numberCode(layout, scope)
  const text = `${code.open('table', 'slot')} return ${code.result('table')};`
  return scope.run(`return (table, slot) => { ${scope.takeLocals()} ${text} };`) as (table: NumberTable, slot: number) => unknown
}

export const numberCode = ({ leaves, shape, stride }: Pick<NumberLayout, 'leaves' | 'shape' | 'stride'>, scope: Pick<CodeScope, 'bind' | 'local' | 'call'>): NumberCode => {
  const { bind, local, call } = scope
  const values = leaves.map(() => local())
  const [base, numbers, sum, part, high] = [local(), local(), local(), local(), local()]
  const at = (place: number): string => `${numbers}[${base} + ${place}]`

  const prepare = leaves
    .map(({ measure }, i) => (measure === null ? '' : `${values[i]} = ${call(measure.of)};
if (typeof ${values[i]} !== 'number' || ${values[i]} !== ${values[i]}) ${bind(measure)}.refuse(${values[i]});`))
    .join('\n')

  const addSum = (table: string, place: number, value: string): string => `${high} = ${at(place)}; ${sum} = ${high} + ${value}; ${part} = ${sum} - ${high};
if (${high} - (${sum} - ${part}) + (${value} - ${part}) === 0 && ${table}.isPlain) ${at(place)} = ${sum}; else ${table}.addInexact(${base} + ${place}, ${value});`

  const addLeaf = (table: string, i: number): string => {
    const { kind, at: place } = leaves[i]!
    const value = values[i]!
    switch (kind) {
      case 'count':
        return `${at(place)}++;`
      case 'min':
      case 'max':
        return `${at(place)} = Math.${kind}(${at(place)}, ${value});`
      case 'average':
        return `${at(place + 1)}++; ${addSum(table, place, value)}`
      case 'sum':
        return addSum(table, place, value)
    }
  }

  const open = (table: string, slot: string): string => `${numbers} = ${table}.numbers; ${base} = ${slot} * ${stride};`
  const add = (table: string, slot: string): string => `if (${slot} === ${table}.size) ${table}.open();
${open(table, slot)}
${leaves.map((_, i) => addLeaf(table, i)).join('\n')}`

  const mergeLeaf = (table: string, i: number, number: (place: number) => string): string => {
    const { kind, at: place } = leaves[i]!
    const value = number(place)
    switch (kind) {
      case 'count':
        return `${at(place)} += ${value};`
      case 'min':
      case 'max':
        return `${at(place)} = Math.${kind}(${at(place)}, ${value});`
      case 'average':
        return `${at(place + 1)} += ${number(place + 1)}; ${addSum(table, place, value)}`
      case 'sum':
        return addSum(table, place, value)
    }
  }

  const merge = (table: string, slot: string, number: (place: number) => string): string => `if (${slot} === ${table}.size) ${table}.open();
${open(table, slot)}
${leaves.map((_, i) => mergeLeaf(table, i, number)).join('\n')}`

  const resultOf = (table: string, part: NumberShape): string => {
    switch (part.kind) {
      case 'object':
        // In brackets, as a plain `__proto__` in a literal would be no field.
        return `{ ${part.fields.map(([name, field]) => `${JSON.stringify(name) === '"__proto__"' ? '["__proto__"]' : JSON.stringify(name)}: ${resultOf(table, field)}`).join(', ')} }`
      case 'sum':
        return small(sumText(table, part.at))
      case 'average':
        return `(${sumText(table, part.at)} / ${at(part.at + 1)})`
      default:
        return small(at(part.at))
    }
  }
  // A double that is a small whole number is handed out as one: the object that gets it then needs no box for it. −0 stays what it is.
  const small = (text: string): string => {
    const number = local()
    return `(((${number} = ${text}) | 0) === ${number} && (${number} !== 0 || 1 / ${number} > 0) ? ${number} | 0 : ${number})`
  }
  const sumText = (table: string, place: number): string => `((${high} = ${at(place)}) === ${high} ? ${high} : ${table}.sumAt(${base} + ${place}))`

  return { prepare, open, add, merge, result: (table) => resultOf(table, shape) }
}
