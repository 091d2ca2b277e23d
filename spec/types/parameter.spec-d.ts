/** A parameter's value has the type that was declared for it. */
import { parameter } from '../../lib/index.ts'
import type { Parameter } from '../../lib/index.ts'
import { yes } from './connectors.ts'
import type { Equal } from './connectors.ts'

const limit = parameter('limit', 'INT', { default: 5 })
yes<Equal<typeof limit, Parameter<number>>>()
const path = parameter('path', 'STRING')
yes<Equal<typeof path.value, string>>()
const dry = parameter('dry', 'BOOLEAN')
yes<Equal<typeof dry.value, boolean>>()

// @ts-expect-error a type that is none
parameter('n', 'NUMBER')
// @ts-expect-error a default of another type
parameter('n', 'INT', { default: '5' })
