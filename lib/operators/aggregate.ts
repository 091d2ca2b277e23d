/** `aggregate`: counts, sums and the like over the records of a key, or of a key's window. */
import { callSite } from '../api/call-site.ts'
import { checkFunction, invalid, shown } from '../api/option-checks.ts'
import type { StatefulOptions } from '../api/stage-options.ts'
import type { Stage } from '../api/stream.ts'
import { aggregateNode } from '../windows/aggregate-spec.ts'
import type { AggregateNode, Spec } from '../windows/aggregate-spec.ts'
import { aggregateLayout } from '../windows/aggregate-table.ts'
import { checkedOptions } from './checked-options.ts'
import { groupedStage } from './grouped-stage.ts'
import type { Grouped, KeyOf, Result } from './grouped-stage.ts'
import { keyedAggregate } from './keyed-aggregate.ts'

/**
 * Computes `spec` over the records of each key: one aggregator, or an object of them, which gives an object of results. Emits
 * `{ key, value }` for each record; behind `window(…)` a window's result when it fires.
 *
 * @example
 * from(orders).pipe(
 *   keyBy((order) => order.shop),
 *   window(tumbling(hours(1))),
 *   aggregate({ n: count(), cents: sum((order) => order.cents) }, { id: 'sales' }),
 * )
 * @throws OPTION_INVALID for a spec that is none, or an option that is not known or not fit
 */
export const aggregate = <T, R, S extends Grouped<T>>(
  spec: Spec<T, R>,
  options: StatefulOptions,
): Stage<S & Grouped<T>, Result<S, KeyOf<S>, R>> => {
  const site = callSite()
  const node = aggregateNode(spec)
  if (node === null || (node.kind === 'object' && node.fields.length === 0))
    throw invalid(`aggregate was given ${shown(spec)}`, site, 'Pass an aggregator such as count(), or an object of them: { n: count() }.')
  checkAggregate(node, site)
  const checked = checkedOptions('aggregate', options, site)
  const keyed = { createLayout: () => aggregateLayout(node, { pure: checked.pure === true }), ownResult: hasOwnResult(node), pure: checked.pure === true }
  return (input) =>
    groupedStage(input, {
      fold: { kind: 'aggregate', node },
      params: { node },
      layout: `aggregate ${aggregateText(node)}`,
      options: checked,
      site,
      createKeyed: (context) => keyedAggregate(keyed, context),
    })
}

const checkAggregate = (node: AggregateNode, site: string): void => {
  if (node.kind === 'object') for (const [, field] of node.fields) checkAggregate(field, site)
  else if (node.kind === 'custom')
    for (const part of ['init', 'add', 'merge', 'result'] as const) checkFunction(`${part} of an aggregator`, node.parts[part], site)
  else if ('of' in node) checkFunction(`the argument of ${node.kind}`, node.of, site)
}

const hasOwnResult = (node: AggregateNode): boolean =>
  node.kind === 'custom' || (node.kind === 'object' && node.fields.some(([, field]) => hasOwnResult(field)))

/** `{n:count,total:sum}` */
const aggregateText = (node: AggregateNode): string =>
  node.kind === 'object'
    ? `{${node.fields.map(([name, field]) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}:${aggregateText(field)}`).join(',')}}`
    : node.kind
