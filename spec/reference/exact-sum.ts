/** The exactly rounded sum of doubles by BigInt fixed point: every double is a whole number of 2^-1074. */

const bits = new DataView(new ArrayBuffer(8))

/** How many 2^-1074 a finite double is. */
const unitsOf = (value: number): bigint => {
  bits.setFloat64(0, value)
  const word = bits.getBigUint64(0)
  const exponent = (word >> 52n) & 0x7ffn
  const fraction = word & 0xf_ffff_ffff_ffffn
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n)
  return value < 0 ? -size : size
}

/** The double nearest to that many 2^-1074, ties to even. */
const nearest = (units: bigint): number => {
  const size = units < 0n ? -units : units
  const excess = Math.max(0, size.toString(2).length - 53)
  const shift = BigInt(excess)
  let kept = size >> shift
  const twiceRest = (size - (kept << shift)) * 2n
  const unit = 1n << shift
  if (twiceRest > unit || (twiceRest === unit && (kept & 1n) === 1n)) kept += 1n
  const result = Number(kept) * 2 ** (excess - 1074)
  return units < 0n ? -result : result
}

/** As TC39's Math.sumPrecise: −0 for none, and where all are −0. */
export const exactSum = (values: readonly number[]): number => {
  const infinite = new Set(values.filter((value) => !Number.isFinite(value)))
  if (infinite.size > 1) return NaN
  for (const value of infinite) return value
  if (values.every((value) => Object.is(value, -0))) return -0
  return nearest(values.reduce((total, value) => total + unitsOf(value), 0n))
}
