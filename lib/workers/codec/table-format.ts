/**
 * How a table lies in a frame: a head of four int32 (number of its type, flags, rows, unused), the type as text if it is new, the columns
 * (doubles, ints, words, booleans, presence), then column by column what goes with them: new words, texts, values of any kind.
 */

export const TABLE_HEAD_BYTES = 16

export const tableFlag = {
  /** The type follows; from here on its number means it, and no other that had the number before. */
  isNew: 1,
} as const

/** In front of the new words of a column. */
export const newWords = { none: 0, more: 1, anew: 2 } as const
