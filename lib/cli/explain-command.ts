/** `millrace explain FILE`: prints what would run, without running it. */
import { explain } from '../plan/explain.ts'
import type { ExplainFormat } from '../plan/explain.ts'
import { loadTopology } from './load-topology.ts'
import type { Output } from './output.ts'

/** Options of the command line, each already of its kind. */
export interface ExplainArguments {
  readonly format: ExplainFormat
  readonly parallelism?: number
  readonly slots?: number
}

/** Resolves with the exit code. @throws what loading or planning fails with; UsageError */
export const explainCommand = async (file: string, given: ExplainArguments, output: Output): Promise<number> => {
  output.print(explain(await loadTopology(file), given))
  return 0
}
