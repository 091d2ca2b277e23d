/** What `verifyOperator` has to find, worked out by the reference interpreter. */
import { discard, from, fromArray, sink, source, topology } from 'millrace'
import type { AnyStream, DataStream } from 'millrace'
import type { VerifyOptions } from 'millrace/testing'
import { topologyNode } from '../../lib/api/topology.ts'
import { interpret } from '../reference/interpret.ts'

/** A stage that does nothing verifies nothing: what the input has to come to at least. */
interface Floor {
  readonly outputsMin: number
  readonly failsMin?: number
}

export const interpretStage = <T, R>(
  stage: (input: DataStream<T>) => AnyStream<R>,
  input: readonly T[],
  { outputsMin, failsMin = 0 }: Floor,
): VerifyOptions<T, R> => {
  const flow = stage(from(source('verified', fromArray(input)))) as DataStream<R>
  const node = topologyNode(topology(null, 'verify', flow.to(sink('received', discard()))))!
  const { sinks, deadLetters } = interpret(node, { sources: { verified: input } })
  const { records, ordered } = sinks['received']!
  if (records.length < outputsMin || deadLetters.length < failsMin)
    throw new Error(`the reference gives ${records.length} outputs and ${deadLetters.length} dead letters: ${JSON.stringify(records)}`)
  return { input, expected: records as R[], fails: deadLetters.map((letter) => letter.record), anyOrder: !ordered }
}

/** The same where the numbers are known by hand. */
export const byReference = <T, R>(
  stage: (input: DataStream<T>) => AnyStream<R>,
  input: readonly T[],
  { outputs, fails = 0 }: { readonly outputs: number; readonly fails?: number },
): VerifyOptions<T, R> => {
  const options = interpretStage(stage, input, { outputsMin: outputs, failsMin: fails })
  if (options.expected.length === outputs && options.fails!.length === fails) return options
  throw new Error(`the reference gives ${options.expected.length} outputs and ${options.fails!.length} dead letters, not ${outputs} and ${fails}`)
}
