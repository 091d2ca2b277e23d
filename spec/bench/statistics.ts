/** What is said of several measurements of one thing. */

/** The one in the middle, of an even number the upper one; NaN of none. */
export const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN

/** `least–most`, with so many decimals. */
export const spread = (numbers: readonly number[], decimals: number): string =>
  `${Math.min(...numbers).toFixed(decimals)}–${Math.max(...numbers).toFixed(decimals)}`

/** Least squares: how much y grows for each unit of x; NaN of fewer than two points. */
export const slope = (points: readonly { readonly x: number; readonly y: number }[]): number => {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length
  const [covariance, variance] = points.reduce(([xy, xx], { x, y }) => [xy + (x - meanX) * (y - meanY), xx + (x - meanX) ** 2], [0, 0])
  return covariance / variance
}
