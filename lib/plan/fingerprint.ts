/** A short text that differs where two builds of a topology differ in ids, kinds, settings or wiring. */
import { isBoundary, isStage } from '../api/node.ts'
import type { StreamNode, TopologyNode } from '../api/node.ts'

/** One line for each node: id, kind, settings, inputs. The first line that differs names what to look at. */
export const describeNodes = (topology: TopologyNode, nodes: readonly StreamNode[], ids: ReadonlyMap<object, string>): string[] => {
  const lines = nodes.map((node) => {
    const inputs = 'inputs' in node ? node.inputs.map((input) => ids.get(input)).join(',') : ''
    const settings = isStage(node) ? node.schema : isBoundary(node) ? `${node.routing ?? ''}${node.selector?.schema ?? ''}` : ''
    return `${ids.get(node)}|${node.kind}|${settings}|${inputs}`
  })
  for (const flow of topology.flows) lines.push(`${flow.sink.id}|sink||${ids.get(flow.stream)}`)
  return lines
}

/** FNV-1a, 64 bits, as hexadecimal (Fowler, Noll, Vo; http://www.isthe.com/chongo/tech/comp/fnv/). */
export const fingerprintOf = (topology: TopologyNode, nodes: readonly StreamNode[], ids: ReadonlyMap<object, string>): string => {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode([topology.id, ...describeNodes(topology, nodes, ids)].join('\n'))) {
    hash ^= BigInt(byte)
    hash = (hash * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return hash.toString(16).padStart(16, '0')
}
