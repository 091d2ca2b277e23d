/** The window, or pane, that the next record most likely goes into: what a compiled chain looks at before it calls the operator. */
import type { CodeScope } from '../operators/operator.ts'
import type { KeyIndex } from '../state/key-index.ts'
import type { FoldTable } from './fold-layout.ts'
import { Part } from '../state/part.ts'
import type { WindowKeys } from './window-keys.ts'
import type { WindowSetup } from './window-state.ts'

export class HotWindow {
  /** Times from here up to `to` go into it and nowhere else, and fire nothing. */
  from: number = Infinity
  to: number = -Infinity
  keys: KeyIndex | null = null
  table: FoldTable | null = null

  set(from: number, to: number, keys: WindowKeys, table: FoldTable): void {
    this.from = from
    this.to = to
    this.keys = keys.index
    this.table = table
  }

  clear(): void {
    this.from = Infinity
    this.to = -Infinity
    this.keys = null
    this.table = null
  }
}

/** Adds the record, or the part that senders have made of some, to the hot window; else `apply` finds the right one. */
export const hotWindowCode = (hot: HotWindow, { layout, takesParts }: WindowSetup, scope: CodeScope): string => {
  if (layout.code === null) return scope.apply
  const [window, table, slot, numbers] = [scope.bind(hot), scope.local(), scope.local(), scope.local()]
  const code = layout.code(scope)
  const inHot = (statements: string): string => `if (t >= ${window}.from && t < ${window}.to) {
${statements}
} else { ${scope.apply} }`
  const find = `${table} = ${window}.table; ${slot} = ${window}.keys.add(k);`
  const add = `${code.prepare}
${find}
${code.add(table, slot)}`
  if (!takesParts || scope.part === null) return inHot(add)
  const merge = (number: (place: number) => string): string => `${find} ${code.merge(table, slot, number)}`
  if (scope.part !== undefined) return inHot(merge(scope.part))
  return inHot(`if (!(v instanceof ${scope.bind(Part)})) { ${add} }
else if (v.lost === null && v.exact === null) { ${numbers} = v.numbers; ${merge((place) => `${numbers}[${place}]`)} }
else { ${find} ${table}.mergePart(${slot}, v); }`)
}
