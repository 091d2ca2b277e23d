/** Where a sink writes, as far as it is known before a run: two sinks of one topology must not share it. */
import { normalize } from 'node:path'
import type { Given } from '../options.ts'

export const targetOf = (path: Given<string>): { readonly target?: string } => (typeof path === 'string' ? { target: normalize(path) } : {})
