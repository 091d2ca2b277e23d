/** semantics.md as a program: slow and obvious, one record at a time, all the way down before the next. */
import { isBoundary, isStage } from '../../lib/api/node.ts'
import type { FlowNode, SinkNode, SourceNode, StageNode, StreamNode, TopologyNode } from '../../lib/api/node.ts'
import { nodesOf, operatorIds } from '../../lib/plan/ids.ts'
import { call, codeOf, JobFailed } from './calls.ts'
import type { DeadLetter, Directive, FailedCall, Policy } from './calls.ts'
import { selectorProgram, stageProgram } from './stages.ts'
import type { Message, StageProgram, Step } from './stages.ts'
import type { Firing } from './windows.ts'

export interface ReferenceInput {
  /** What each source reads, before `admit`. */
  readonly sources: Readonly<Record<string, readonly unknown[]>>
  readonly parallelism?: number
  readonly attempts?: number
  readonly decide?: (call: FailedCall) => Directive
}

export interface ReferenceOutput {
  /** `ordered`: whether their order is promised (semantics.md §3). */
  readonly sinks: Readonly<Record<string, { readonly records: unknown[]; readonly ordered: boolean }>>
  readonly late: number
  readonly deadLetters: readonly DeadLetter[]
  readonly records: number
  readonly results: number
  readonly failed: { readonly code: string; readonly operatorId: string } | null
}

/** A node while it runs. */
interface Running {
  readonly node: StreamNode
  readonly operatorId: string
  readonly program: StageProgram
  readonly policy: Policy
  readonly outs: Edge[]
  readonly inputs: Running[]
  /** Of each input edge. */
  readonly watermarks: number[]
  /** What it has passed on. */
  watermark: number
  /** Makes its watermarks from the times of each split; null: it passes on what it gets. */
  readonly clock: { readonly outOfOrderness: number; readonly latest: Map<string, number> } | null
  state: 'open' | 'complete' | 'stopped'
}

/** `port`: which of the inputs of `to` it is. */
interface Edge {
  readonly to: Running | SinkNode
  readonly port: number
  readonly copies: number
}

const isRunning = (target: Running | SinkNode): target is Running => 'outs' in target

const makesWatermarks = (node: StreamNode): node is StageNode => isStage(node) && node.kind === 'eventTime' && node.params['timestampsOnly'] !== true

export const interpret = (topology: TopologyNode, input: ReferenceInput): ReferenceOutput => {
  const parallelism = input.parallelism ?? 1
  const jobPolicy: Policy = { attempts: input.attempts ?? 3, decide: input.decide ?? ((): Directive => 'restart') }
  const ids = operatorIds(topology)
  const nodes = nodesOf(topology)
  const stages = nodes.filter(isStage)
  const deadLetters: DeadLetter[] = []
  const sinks: Record<string, { records: unknown[]; ordered: boolean }> = {}
  let late = 0
  let records = 0
  let results = 0

  const inputsOf = (node: StreamNode): readonly StreamNode[] =>
    node.kind === 'side-output' ? stages.filter((stage) => stage.sides.some((side) => side.id === idOf(node))) : 'inputs' in node ? node.inputs : []
  const idOf = (node: StreamNode): string => ids.get(node)!
  const instancesOf = (node: StreamNode | SinkNode): number =>
    ('options' in node ? node.options.parallelism : undefined) ??
    (node.kind === 'sink' || ('state' in node && node.state === 'stage') ? 1 : parallelism)

  const splitsOf = (source: SourceNode): string[] => Array.from({ length: instancesOf(source) }, (_, i) => `${source.id}/${i}`)
  const sourcesAbove = (node: StreamNode): SourceNode[] =>
    node.kind === 'source' ? [node as SourceNode] : [...new Set(inputsOf(node).flatMap(sourcesAbove))]
  const pathsTo = (node: StreamNode): number =>
    node.kind === 'source' ? 1 : inputsOf(node).reduce((paths, from) => paths + pathsTo(from), 0)
  const runsWide = (node: StreamNode): boolean => instancesOf(node) > 1 || inputsOf(node).some(runsWide)

  const running = new Map<StreamNode, Running>()
  for (const node of nodes) {
    const options = isStage(node) || isBoundary(node) ? node.options : {}
    running.set(node, {
      node,
      operatorId: idOf(node),
      program: isStage(node) ? stageProgram(node) : isBoundary(node) ? selectorProgram(node, parallelism) : { apply: (message) => ({ out: [message] }) },
      policy: options.supervision ?? jobPolicy,
      outs: [],
      inputs: [],
      watermarks: [],
      watermark: -Infinity,
      clock: makesWatermarks(node)
        ? {
            outOfOrderness: node.params['outOfOrderness'] as number,
            latest: new Map(sourcesAbove(node).flatMap(splitsOf).map((split) => [split, -Infinity])),
          }
        : null,
      state: 'open',
    })
  }
  const connect = (from: StreamNode, to: Running | SinkNode): void => {
    const sender = running.get(from)!
    const copies = from.kind === 'broadcast' ? instancesOf(isRunning(to) ? to.node : to) : 1
    let port = 0
    if (isRunning(to)) {
      port = to.watermarks.push(-Infinity) - 1
      to.inputs.push(sender)
    }
    sender.outs.push({ to, port, copies })
  }
  for (const node of nodes) for (const from of inputsOf(node)) connect(from, running.get(node)!)
  for (const { stream, sink } of topology.flows) {
    connect(stream, sink)
    const flows = topology.flows.filter((flow: FlowNode) => flow.sink.id === sink.id)
    const ordered = flows.reduce((paths, flow) => paths + pathsTo(flow.stream), 0) === 1 && !runsWide(stream) && instancesOf(sink) === 1
    sinks[sink.id] ??= { records: [], ordered }
  }

  /** The outputs of a stage: its own, or a side output's. */
  const mainOuts = (from: Running): Edge[] => from.outs.filter(({ to }) => !(isRunning(to) && to.node.kind === 'side-output'))
  const sideOuts = (from: Running): Edge[] => from.outs.filter(({ to }) => isRunning(to) && to.node.kind === 'side-output')

  const send = (edges: readonly Edge[], message: Message): void => {
    for (const { to, copies } of edges)
      for (let copy = 0; copy < copies; copy++) {
        if (isRunning(to)) receive(to, message)
        else write(to, message)
      }
  }

  const write = (sink: SinkNode, { record }: Message): void => {
    const format = (): unknown => (sink.connector.format === undefined ? record : sink.connector.format(record))
    const outcome = call(record, sink.id, jobPolicy, deadLetters, format)
    if (outcome.kind === 'stop') throw new JobFailed('OPERATOR_FAILED', sink.id)
    if (outcome.kind === 'nothing') return
    sinks[sink.id]!.records.push(outcome.value)
    results++
  }

  const receive = (at: Running, message: Message): void => {
    if (at.state === 'complete') return
    if (at.state === 'stopped') {
      deadLetters.push({ record: message.record, operatorId: at.operatorId, attempt: 0, reason: 'failed', code: 'OPERATOR_FAILED' })
      return
    }
    const outcome = call(message.record, at.operatorId, at.policy, deadLetters, () => at.program.apply(message, at.watermark))
    if (outcome.kind === 'stop') return end(at, 'stopped')
    if (outcome.kind === 'nothing') return
    const step = outcome.value as Step
    if (step.isLate === true) sendLate(at, message)
    for (const out of step.out) send(mainOuts(at), out)
    if (step.afterwards !== undefined) {
      const made = call(message.record, at.operatorId, at.policy, deadLetters, step.afterwards)
      if (made.kind === 'stop') return end(at, 'stopped')
      if (made.kind === 'value') send(mainOuts(at), made.value as Message)
    }
    fire(at, step.firings ?? [], message.split)
    for (const { time } of at.clock === null ? [] : step.out) {
      const seen = at.clock!.latest.get(message.split)
      at.clock!.latest.set(message.split, Math.max(seen ?? -Infinity, time))
      advanceClock(at)
    }
    if (step.isComplete === true) end(at, 'complete')
  }

  const sendLate = (at: Running, message: Message): void => {
    late++
    const { lateTo } = (at.node as StageNode).window!
    const edges = lateTo === null ? [] : sideOuts(at).filter(({ to }) => isRunning(to) && to.operatorId === lateTo.id)
    if (edges.length > 0) send(edges, message)
    else deadLetters.push({ record: message.record, operatorId: at.operatorId, attempt: 1, reason: 'late', code: 'LATE_RECORD' })
  }

  const fire = (at: Running, firings: readonly Firing[], split: string): void => {
    for (const { key, window, pane, result } of firings) {
      if (at.state !== 'open') return
      const outcome = call({ key, window }, at.operatorId, at.policy, deadLetters, result)
      if (outcome.kind === 'stop') return end(at, 'stopped')
      if (outcome.kind === 'value') send(mainOuts(at), { record: { key, window, value: outcome.value, pane }, key, time: window.end - 1, split })
    }
  }

  /** Outputs complete; what has no other reader is closed. */
  const end = (at: Running, state: 'complete' | 'stopped'): void => {
    at.state = state
    passOn(at, Infinity)
    if (state === 'complete') at.inputs.forEach(closeIfUnread)
  }
  const closeIfUnread = (at: Running): void => {
    if (at.state !== 'open' || !at.outs.every(({ to }) => isRunning(to) && to.state === 'complete')) return
    at.state = 'complete'
    at.inputs.forEach(closeIfUnread)
  }

  const passOn = (from: Running, watermark: number): void => {
    if (!(watermark > from.watermark)) return
    from.watermark = watermark
    for (const { to, port } of from.outs) {
      if (!isRunning(to)) continue
      to.watermarks[port] = watermark
      advance(to, Math.min(...to.watermarks))
    }
  }

  const advance = (at: Running, watermark: number): void => {
    if (at.state !== 'open' || !(watermark > at.watermark)) return
    // A stage that makes watermarks ends those of others.
    if (at.clock !== null && watermark < Infinity) return
    fire(at, at.program.windows?.advance(watermark) ?? [], '')
    passOn(at, watermark)
  }

  const advanceClock = (at: Running): void => {
    const { latest, outOfOrderness } = at.clock!
    if (latest.size > 0) passOn(at, Math.min(...latest.values()) - outOfOrderness - 1)
  }

  const endSplit = (split: string): void => {
    for (const at of running.values()) {
      if (at.clock === null || at.state !== 'open') continue
      at.clock.latest.delete(split)
      advanceClock(at)
    }
  }

  const admit = (at: Running, raw: unknown, split: string): void => {
    const source = at.node as SourceNode
    const { connector } = source
    const read = (): { bad: unknown } | { record: unknown } => {
      try {
        return { record: connector.admit === undefined ? raw : connector.admit(raw) }
      } catch (error) {
        if (codeOf(error) === 'ROW_INVALID') return { bad: error }
        throw error
      }
    }
    const outcome = call(raw, source.id, jobPolicy, deadLetters, read)
    if (outcome.kind === 'stop') return end(at, 'stopped')
    if (outcome.kind === 'nothing') return
    const row = outcome.value as { bad: unknown } | { record: unknown }
    if ('bad' in row) {
      if (connector.badRow === 'fail') throw new JobFailed('ROW_INVALID', source.id)
      deadLetters.push({ record: raw, operatorId: source.id, attempt: 1, reason: 'bad-row', code: 'ROW_INVALID' })
      return
    }
    records++
    send(at.outs, { record: row.record, key: null, time: NaN, split })
  }

  /** One record of each source in turn, till all have ended. */
  const play = (): void => {
    const sources = [...running.values()].filter(({ node }) => node.kind === 'source')
    for (const { node } of sources)
      splitsOf(node as SourceNode)
        .slice((input.sources[idOf(node)] ?? []).length)
        .forEach(endSplit)
    for (let i = 0; sources.some(({ watermark }) => watermark < Infinity); i++) {
      for (const at of sources) {
        if (at.watermark === Infinity) continue
        const all = input.sources[at.operatorId] ?? []
        const splits = splitsOf(at.node as SourceNode)
        const split = splits[i % splits.length]!
        if (i < all.length && at.state === 'open') admit(at, all[i], split)
        if (i < all.length && i + splits.length >= all.length) endSplit(split)
        if (i + 1 >= all.length || at.state !== 'open') passOn(at, Infinity)
      }
    }
  }

  let failed: ReferenceOutput['failed'] = null
  try {
    play()
  } catch (error) {
    if (!(error instanceof JobFailed)) throw error
    failed = { code: error.code, operatorId: error.operatorId }
  }
  return { sinks, late, deadLetters, records, results, failed }
}
