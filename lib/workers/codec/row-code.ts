/** Compiles, for one type of rows, the loop that fills its columns and the one that makes rows of them again, each by a literal of one shape. */
import { Scope } from '../../code/scope.ts'
import { Part } from '../../state/part.ts'
import { Column, presence } from './column.ts'
import type { Columns, FieldNode, Node, ObjectNode, Shape } from './column.ts'
import { RowText, VIEWS } from './row-text.ts'
import type { PutRows, TakeRows } from './row-walk.ts'

/** Indices of a column as constants of the function. */
const places = (columns: readonly Column[], name: (column: Column) => string): string =>
  columns.map((column) => `const ${name(column)}a = ${name(column)}.at, ${name(column)}p = ${name(column)}.presenceAt;`).join('\n')

export const compileIn = ({ root, all }: Columns): PutRows => {
  const scope = new Scope()
  const { bind, local } = scope
  const prototype = bind(Object.prototype)
  const prototypeOf = bind(Object.getPrototypeOf)

  /**
   * The fields are read first: then the engine knows the shape, and what it would have to look up of the prototype is a constant.
   * Measured: 7 ns a row.
   */
  const enter = (node: Node, value: string): string => {
    if (node instanceof Column) return store(node, value)
    const held = node.fields.map(local)
    if (node.isPart) return enterPart(node, value, held)
    return `if (typeof ${value} !== 'object' || ${value} === null) return false;
${node.fields.map(({ name }, index) => `${held[index]} = ${value}[${JSON.stringify(name)}];`).join('\n')}
if (${prototypeOf}(${value}) !== ${prototype}) return false;
${node.shape === null ? checkOneShape(node.shapes[0]!, value) : ''}
${node.shape === null ? '' : findShape(node, node.shape, value)}
${node.fields.map((field, index) => enterField(field, node.shape, held[index]!)).join('\n')}`
  }

  const enterPart = ({ fields, shape }: ObjectNode, value: string, held: readonly string[]): string => {
    const numbers = local()
    return `if (!(${value} instanceof ${bind(Part)}) || ${value}.lost !== null || ${value}.exact !== null) return false;
${numbers} = ${value}.numbers;
if (${numbers}.length !== ${fields.length}) return false;
${fields.map((field, index) => `${held[index]} = ${numbers}[${index}];\n${enterField(field, shape, held[index]!)}`).join('\n')}`
  }

  const checkOneShape = ({ names }: Shape, value: string): string => {
    const [count, name] = [local(), local()]
    return `${count} = 0;
for (${name} in ${value}) if (${name} !== ${bind(names)}[${count}++]) return false;
if (${count} !== ${names.length}) return false;`
  }

  /** The names lead from state to state of a tree; each shape ends in one. */
  const findShape = ({ shapes }: ObjectNode, column: Column, value: string): string => {
    const [state, name, found] = [local(), local(), `u1[${bind(column)}a + i]`]
    const steps: Map<string, number>[] = [new Map()]
    const ends = shapes.map(({ names }) => {
      let at = 0
      for (const step of names) {
        const next = steps[at]!.get(step) ?? steps.push(new Map()) - 1
        steps[at]!.set(step, next)
        at = next
      }
      return at
    })
    const moves = steps.map((to, from) => {
      const ifs = [...to].map(([step, next]) => `if (${name} === ${JSON.stringify(step)}) ${state} = ${next}; else `)
      return `case ${from}: ${ifs.join('')}return false; break;`
    })
    return `${state} = 0;
for (${name} in ${value}) switch (${state}) { ${moves.join('\n')} }
switch (${state}) { ${ends.map((end, shape) => `case ${end}: ${found} = ${shape}; break;`).join('\n')} default: return false; }`
  }

  const enterField = ({ node, isIn }: FieldNode, shape: Column | null, value: string): string => {
    const text = enter(node, value)
    if (shape === null || isIn.every(Boolean)) return text
    const among = isIn.reduce((bits, is, index) => (is ? bits | (1 << index) : bits), 0)
    const isGathered = node instanceof Column && (node.kind === 'text' || node.kind === 'any')
    return `if (${among} & (1 << u1[${bind(shape)}a + i])) { ${text} }${isGathered ? ` else ${bind(node)}.gathered.push(${node.kind === 'text' ? "''" : 'null'});` : ''}`
  }

  const store = (column: Column, value: string): string => {
    const text = storeValue(column, value)
    if (!column.isOptional) return text
    const at = `u1[${bind(column)}p + i]`
    const gather = column.kind === 'text' ? `${bind(column)}.gathered.push('');` : ''
    return `if (${value} === null) { ${at} = ${presence.null}; ${gather} }
else if (${value} === undefined) { ${at} = ${presence.undefined}; ${gather} }
else { ${at} = ${presence.value};\n${text} }`
  }

  const storeValue = (column: Column, value: string): string => {
    const name = bind(column)
    switch (column.kind) {
      case 'int':
        return `if (typeof ${value} !== 'number' || (${value} | 0) !== ${value} || (${value} === 0 && 1 / ${value} < 0)) return false;\ni4[${name}a + i] = ${value};`
      case 'double':
        return `if (typeof ${value} !== 'number') return false;\nf8[${name}a + i] = ${value};`
      case 'word': {
        const number = local()
        const { dictionary } = column
        return `if (typeof ${value} !== 'string') return false;
${number} = ${bind(dictionary.numbers)}.get(${value});
if (${number} === undefined && (${number} = ${bind(dictionary)}.add(${value})) < 0) return false;
u2[${name}a + i] = ${number};`
      }
      case 'text':
        return `if (typeof ${value} !== 'string') return false;\n${name}.gathered.push(${value});`
      case 'boolean':
        return `if (typeof ${value} !== 'boolean') return false;\nu1[${name}a + i] = ${value} ? 1 : 0;`
      case 'any':
        return `${name}.gathered.push(${value});`
      case 'null':
      case 'undefined':
        return `if (${value} !== ${column.kind}) return false;`
      case 'shape':
        return 'return false;'
    }
  }

  const body = enter(root, 'v')
  return scope.run(`return function (values, space) {
${VIEWS}
${places(all, bind)}
const n = values.length;
${scope.takeLocals()}
for (let i = 0; i < n; i++) {
const v = values[i];
${body}
}
return true;
}`) as PutRows
}

export const compileOut = (columns: Columns): TakeRows => {
  const scope = new Scope()
  const text = new RowText(columns, 'c', scope.bind)
  return scope.run(`return function (rows, space) {
${VIEWS}
${text.open(scope.bind(columns.all))}
const values = new Array(rows);
for (let i = 0; i < rows; i++) values[i] = ${text.row};
return values;
}`) as TakeRows
}
