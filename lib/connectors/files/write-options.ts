/** Options that all file writers take. */
import { callSite } from '../../api/call-site.ts'
import { checkNames } from '../../api/option-checks.ts'
import { choice, isPath, setting, type Given } from '../options.ts'

/** What becomes of a file that is already there when a run begins anew. */
export type Existing = 'replace' | 'append' | 'refuse'

export interface FileSinkOptions {
  /** Without checkpoints `'replace'` by default, with them `'refuse'`. */
  readonly existing?: Existing
}

export interface FileSinkSettings {
  readonly pathOf: () => string
  readonly existing: Existing | null
}

/** @throws OPTION_INVALID */
export const fileSinkSettings = (
  call: string,
  path: Given<string>,
  options: FileSinkOptions,
  ownOptions: readonly string[] = [],
): FileSinkSettings => {
  checkNames(call, options, ['existing', ...ownOptions], callSite())
  return {
    pathOf: setting(call, 'path', path, 'the path of a file', isPath),
    existing: options.existing === undefined ? null : choice<Existing>(call, 'existing', options.existing, ['replace', 'append', 'refuse']),
  }
}
