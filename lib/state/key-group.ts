/**
 * Key groups: the unit in which keyed state is stored and moved. Each instance of an operator owns a range of groups,
 * by Flink's formula (KeyGroupRangeAssignment): contiguous, and no two ranges differ by more than one group.
 * Everywhere 1 ≤ parallelism ≤ maxParallelism ≤ 32,768.
 */

/** Groups `from` up to, not including, `to`. */
export interface GroupRange {
  readonly from: number
  readonly to: number
}

/** The group of a key with this hash, 0 to `maxParallelism − 1`. */
export const keyGroup = (hash: number, maxParallelism: number): number => (hash & 0x7fffffff) % maxParallelism

/** The instance that owns a group. */
export const instanceOfGroup = (group: number, parallelism: number, maxParallelism: number): number =>
  Math.floor((group * parallelism) / maxParallelism)

/**
 * The groups that an instance owns.
 * @example
 * groupRange(1, 3, 128) // { from: 43, to: 86 }
 */
export const groupRange = (instance: number, parallelism: number, maxParallelism: number): GroupRange => ({
  from: Math.ceil((instance * maxParallelism) / parallelism),
  to: Math.ceil(((instance + 1) * maxParallelism) / parallelism),
})

/** The partition, of `partitions`, to which a Java producer sends a record whose key has this murmur2 hash. */
export const partitionOfHash = (hash: number, partitions: number): number => (hash & 0x7fffffff) % partitions
