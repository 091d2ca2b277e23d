/**
 * A compiled chain in blocks, for stages that keep something for each of very many keys. Row by row, each record waits for its key's place
 * in memory, and then for what lies there. In blocks the stages up to that one are run for some rows, the keys of all of them are looked
 * up in one go, so that their waits overlap, and then the rest of the chain is run for them: at a million keys twice as fast, at a
 * thousand a little slower. (Chen et al., "Improving hash join performance through prefetching", 2004.)
 *
 * A block ends at a row that brings a watermark. It is begun only where its outputs have room, so that it never pauses half-way.
 */
import type { ChainWriter } from './chain-code.ts'
import type { OperatorChain } from './operator-chain.ts'

/** Rows of a block at most; no more than a batch holds. */
const BLOCK_ROWS = 256

/** The stage that looks ahead: all others of the chain are plain, and there is but one receiver. Null: there is no such stage. */
export const foldBehindPlainStages = ({ operators, router }: OperatorChain): number | null => {
  const fold = operators.findIndex((operator) => operator.lookAhead !== undefined)
  const { only } = router
  if (fold < 0 || only === null) return null
  const isPlain = operators.every((operator) => operator.shape === 'one' && operator.code !== undefined && operator.onWatermark === undefined)
  return isPlain ? fold : null
}

export const blocksCode = (writer: ChainWriter, fold: number): string => {
  const { chain, scope, self } = writer
  const { bind } = scope
  const head = Array.from({ length: fold }, (_, step) => writer.stage(step, `${self}.row = i + 1;`)).join('\n')
  const here = `${self}.row = rowOf[j] + 1;`
  const rest = `${writer.stage(fold, here, 'slots[j]')}\n${writer.body(fold + 1, here)}`
  const rows = Math.min(BLOCK_ROWS, chain.router.only!.rowsMax)
  const [lookAhead, outlet] = [bind(chain.operators[fold]!.lookAhead), bind(chain.router.only)]
  return `const held = [], heldTimes = new Float64Array(${rows}), heldKeys = [], rowOf = new Int32Array(${rows}), slots = new Int32Array(${rows});
for (let i = 0; i < ${rows}; i++) { held.push(undefined); heldKeys.push(undefined); }
function blocks(values, times, keys, from, to) {
let i = from, step = -1, isHeld = false, v, t = none, k, n = 0, j = 0, error, hasFailed = false; ${scope.takeLocals()}
try {
while (i < to) {
if (!${outlet}.hasRoom) return rows(values, times, keys, i, to);
n = 0; isHeld = false; hasFailed = false;
const end = Math.min(to, i + ${rows});
try {
for (; i < end && !isHeld; i++) {
${writer.row}
row: { ${head}
held[n] = v; heldTimes[n] = t; heldKeys[n] = k; rowOf[n] = i; n++; }
}
} catch (thrown) { hasFailed = true; error = thrown; }
const failedStep = step, failed = v, failedTime = t, failedKey = k;
step = -1;
${lookAhead}.find(heldKeys, n, slots);
for (j = 0; j < n; j++) {
try {
for (; j < n; j++) {
v = held[j]; t = heldTimes[j]; k = heldKeys[j];
row: { ${rest} }
}
} catch (thrown) { ${self}.row = rowOf[j] + 1; ${self}.recover(step, v, t, k, thrown); isHeld = true; }
}
if (hasFailed) { ${self}.row = i + 1; ${self}.recover(failedStep, failed, failedTime, failedKey, error); i++; isHeld = true; }
if (isHeld) { step = -1; if (${writer.isFollowed} && !${self}.goOn(i - 1)) return i; }
}
return to;
} finally { held.fill(undefined); heldKeys.fill(undefined); }
}`
}
