/** Programs as people first get them wrong, each with the command line that runs it. Paths are those of the folder they are written to. */
import { stripTypeScriptTypes } from 'node:module'

export interface WrongProgram {
  /** Name of its golden file. */
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly args: readonly string[]
  readonly code: number
  /** Kilobytes that it may write to one file: `ulimit -f`. */
  readonly fileSizeMax?: number
  /** Where its standard output goes; a program of a device that a machine does not have is left out there. */
  readonly stdout?: string
}

const header = `import { collect, discard, eventTime, from, fromArray, generate, keyBy, map, oneForOne, parameter, scan, sink, source, topology, tumbling, window } from 'millrace'
import { readCsv, writeLines } from 'millrace/files'
`

const toCompile = `import { discard, from, fromArray, map, sink, source, topology } from 'millrace'

enum Kind {
  order,
  refund,
}

export default topology(
  import.meta,
  'shop',
  from(source('orders', fromArray([Kind.order, Kind.refund])))
    .pipe(
      map((kind) => Kind[kind], { id: 'orders' }),
    )
    .to(sink('out', discard())),
)
`

export const wrongPrograms: readonly WrongProgram[] = [
  {
    name: 'no-sink',
    code: 1,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `${header}
const orders = source('orders', fromArray([1, 2, 3]))

export default topology(
  import.meta,
  'shop',
  from(orders).pipe(
    map((order) => order * 2),
  ),
)
`,
    },
  },
  {
    name: 'id-twice',
    code: 1,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `${header}
const orders = source('orders', fromArray([1, 2, 3]))

export default topology(
  import.meta,
  'shop',
  from(orders)
    .pipe(
      keyBy((order) => order % 2),
      scan((sum, order) => sum + order, 0, { id: 'orders' }),
    )
    .to(sink('out', discard())),
)
`,
    },
  },
  {
    name: 'window-before-key-by',
    code: 1,
    args: ['run', 'shop.js'],
    files: {
      'shop.js': `import { aggregate, count, discard, eventTime, from, fromArray, keyBy, seconds, sink, source, topology, tumbling, window } from 'millrace'

const orders = source('orders', fromArray([{ shop: 'north', at: 1 }]))

export default topology(
  import.meta,
  'shop',
  from(orders)
    .pipe(
      eventTime((order) => order.at),
      window(tumbling(seconds(10))),
      keyBy((order) => order.shop),
      aggregate(count(), { id: 'count' }),
    )
    .to(sink('out', discard())),
)
`,
    },
  },
  {
    name: 'source-throws',
    code: 1,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `${header}
const orders = source('orders', {
  splits: () => [{ id: 'all' }],
  open: () => ({
    poll() {
      throw new Error('connection refused')
    },
    close() {},
  }),
})

export default topology(import.meta, 'shop', from(orders).to(sink('out', discard())))
`,
    },
  },
  {
    name: 'function-throws',
    code: 0,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `${header}
const orders = source('orders', fromArray([{ price: 3 }, { price: 4 }, { prize: 5 }, {}]))
const cents = (order: any): string => (order.price * 100).toFixed(0).concat(order.price.toString())

export default topology(
  import.meta,
  'shop',
  from(orders)
    .pipe(map(cents, { id: 'cents' }))
    .to(sink('out', discard())),
)
`,
    },
  },
  {
    name: 'function-throws-and-escalates',
    code: 1,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `${header}
const orders = source('orders', fromArray([3, 4, -1]))
const checked = (order: number): number => {
  if (order < 0) throw new RangeError(\`an order of \${order}\`)
  return order
}

export default topology(
  import.meta,
  'shop',
  from(orders)
    .pipe(map(checked, { id: 'checked', supervision: oneForOne({ intensity: 0, decide: () => 'escalate' }) }))
    .to(sink('out', discard())),
)
`,
    },
  },
  {
    name: 'file-size-limit',
    code: 1,
    fileSizeMax: 64,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `${header}
const orders = source('orders', generate((index) => \`order number \${index}\`, { count: 20_000 }))

export default topology(import.meta, 'shop', from(orders).to(sink('out', writeLines(new URL('out.txt', import.meta.url).pathname))))
`,
    },
  },
  {
    name: 'file-size-limit-of-a-checkpoint',
    code: 1,
    fileSizeMax: 64,
    args: ['run', 'shop.ts', '--checkpoints', 'kept'],
    files: {
      'shop.ts': `${header}
const orders = source('orders', fromArray(['a', 'b']))

export default topology(
  import.meta,
  'shop',
  from(orders)
    .pipe(
      keyBy((order) => order),
      scan((text, order) => text + order.repeat(100_000), '', { id: 'long' }),
    )
    .to(sink('out', discard())),
)
`,
    },
  },
  {
    name: 'full-disk',
    code: 1,
    stdout: '/dev/full',
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `import { from, fromArray, sink, source, topology } from 'millrace'
import { stdout } from 'millrace/files'

export default topology(import.meta, 'shop', from(source('orders', fromArray([1, 2, 3]))).to(sink('out', stdout())))
`,
    },
  },
  {
    name: 'missing-input-file',
    code: 1,
    args: ['run', 'shop.ts'],
    files: {
      'orders.csv': 'shop,price\nnorth,2\n',
      'shop.ts': `${header}
const orders = source('orders', readCsv(new URL('ordesr.csv', import.meta.url).pathname, 'shop STRING, price DOUBLE'))

export default topology(import.meta, 'shop', from(orders).to(sink('out', discard())))
`,
    },
  },
  {
    name: 'misspelt-parameter',
    code: 2,
    args: ['run', 'shop.ts', '-p', 'limt=3'],
    files: {
      'shop.ts': `${header}
const limit = parameter('limit', 'INT', { default: 10 })
const orders = source('orders', fromArray([1, 2, 3]))

export default topology(
  import.meta,
  'shop',
  from(orders)
    .pipe(map((order) => Math.min(order, limit.value)))
    .to(sink('out', discard())),
)
`,
    },
  },
  {
    name: 'missing-parameter',
    code: 2,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `${header}
const input = parameter('input', 'STRING')
const orders = source('orders', readCsv(input, 'shop STRING, price DOUBLE'))

export default topology(import.meta, 'shop', from(orders).to(sink('out', discard())))
`,
    },
  },
  {
    name: 'misspelt-option-of-a-connector',
    code: 1,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `${header}
const orders = source('orders', readCsv('orders.csv', 'shop STRING, price DOUBLE', { delimeter: ';' } as object))

export default topology(import.meta, 'shop', from(orders).to(sink('out', discard())))
`,
    },
  },
  {
    name: 'no-topology',
    code: 2,
    args: ['run', 'shop.ts'],
    files: { 'shop.ts': `export const orders = [1, 2, 3]\n` },
  },
  {
    name: 'syntax-error-in-typescript',
    code: 1,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `${header}
const orders = source('orders', fromArray([1, 2, 3]))

export default topology(import.meta, 'shop', from(orders).pipe(map((order: number) => order *)).to(sink('out', discard())))
`,
    },
  },
  {
    name: 'syntax-error-in-javascript',
    code: 1,
    args: ['run', 'shop.js'],
    files: {
      'shop.js': `import { from } from 'millrace'

const prices = [1, 2
export default prices
`,
    },
  },
  {
    name: 'enum',
    code: 1,
    args: ['run', 'shop.ts'],
    files: {
      'shop.ts': `import { kinds } from './kinds.ts'
export default kinds
`,
      'kinds.ts': `export enum Kind { order, refund }
export const kinds = [Kind.order, Kind.refund]
`,
    },
  },
  {
    name: 'import-without-extension',
    code: 1,
    args: ['run', 'shop.ts'],
    files: { 'shop.ts': `import { prices } from './prices'\n\nexport default prices\n`, 'prices.ts': 'export const prices = [1]\n' },
  },
  {
    name: 'import-of-a-package-that-is-not-installed',
    code: 1,
    args: ['run', 'shop.ts'],
    files: { 'shop.ts': `import { topology } from 'millrace'\nimport { prices } from '@shop/prices'\n\nexport default topology(prices)\n` },
  },
  {
    name: 'import-of-a-misspelt-name',
    code: 1,
    args: ['run', 'shop.ts'],
    files: { 'shop.ts': `import { topology, keyby } from 'millrace'\n\nexport default topology(keyby)\n` },
  },
  {
    name: 'module-that-throws',
    code: 1,
    args: ['run', 'shop.ts'],
    files: { 'shop.ts': `const prices: number[] | undefined = undefined\n\nexport default (prices as unknown as number[]).length\n` },
  },
  {
    name: 'compiled-program',
    code: 1,
    args: ['run', 'shop.js'],
    files: { 'shop.ts': toCompile, 'shop.js': stripTypeScriptTypes(toCompile, { mode: 'transform', sourceMap: true, sourceUrl: 'shop.ts' }) },
  },
  { name: 'unknown-command', code: 2, args: ['rnu', 'shop.ts'], files: {} },
  { name: 'unknown-option', code: 2, args: ['run', 'shop.ts', '--paralelism', '2'], files: {} },
  { name: 'no-such-file', code: 2, args: ['run', 'shpo.ts'], files: { 'shop.ts': 'export default 1\n' } },
  { name: 'slots', code: 2, args: ['run', 'shop.ts', '--slots', 'many'], files: {} },
  { name: 'every-without-checkpoints', code: 2, args: ['run', 'shop.ts', '--every', '1s'], files: {} },
  { name: 'help', code: 0, args: ['--help'], files: {} },
  { name: 'help-of-run', code: 0, args: ['run', '--help'], files: {} },
  { name: 'help-of-explain', code: 0, args: ['explain', '--help'], files: {} },
]
