/** The options common to all stages. */
import { checkNames, checkNumber, invalid, shown } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { isId } from '../api/topology.ts'

const stageOptionNames = ['id', 'name', 'supervision', 'parallelism', 'pure']

/** What a stage was given, checked; `more` are the names of the stage's own options. */
export const checkedOptions = <O extends StageOptions>(
  stage: string,
  given: O | undefined,
  site: string,
  more: readonly string[] = [],
): O => {
  if (given === undefined) return {} as O
  checkNames(stage, given, [...more, ...stageOptionNames], site)
  const { id, name, supervision, parallelism, pure } = given as { readonly [option in keyof StageOptions]: unknown }
  if (id !== undefined && !isId(id)) throw invalid(`the id of ${stage} must match [A-Za-z0-9_-]{1,64}, not ${shown(id)}`, site)
  if (name !== undefined && typeof name !== 'string') throw invalid(`the name of ${stage} must be a string, not ${shown(name)}`, site)
  if (supervision !== undefined && (typeof supervision !== 'object' || supervision === null || !('strategy' in supervision)))
    throw invalid(`the supervision of ${stage} must be a strategy, not ${shown(supervision)}`, site, 'Pass oneForOne({ … }).')
  if (parallelism !== undefined) checkParallelism(stage, parallelism, site)
  if (pure !== undefined && typeof pure !== 'boolean') throw invalid(`pure of ${stage} must be true or false, not ${shown(pure)}`, site)
  return given
}

export const checkParallelism = (stage: string, given: unknown, site: string): number =>
  checkNumber(`the parallelism of ${stage}`, given, { least: 1, whole: true }, site)
