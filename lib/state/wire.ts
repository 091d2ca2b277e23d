/** The wire format of one value, version 1: a tag byte, then what the tag says. Numbers already given are never re-used. */

/**
 * Bytes lie as little-endian machines have them. A big-endian machine marks what it writes as another version,
 * so that neither kind reads the other's numbers wrongly.
 */
export const wireVersion: number = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 129

export const tag = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** An int32 other than −0, as zigzag varint. */
  integer: 4,
  /** Eight bytes, IEEE 754. */
  double: 5,
  /** NaN has a tag so that equal values have equal bytes: its payload may differ from one engine tier to the next. */
  notANumber: 6,
  string: 7,
  /** Count, then a string and a value for each field, in order. */
  object: 8,
  /** Likewise, with no prototype. */
  bareObject: 9,
  /** Count, then the values. */
  array: 10,
  /** Eight bytes, two's complement. */
  bigint64: 11,
  /** A string of hexadecimal digits, `-` in front if negative. */
  bigint: 12,
  /** Epoch milliseconds as double; NaN is an invalid date. */
  date: 13,
  /** Count, then key and value of each entry, in order. */
  map: 14,
  set: 15,
  /** Source, flags. */
  regExp: 16,
  /** Element kind (a byte), then the bytes. */
  typedArray: 17,
  arrayBuffer: 18,
  /** What a sender has added up: its numbers, what they have lost, and exact sums, each a value. Never in a snapshot. */
  part: 19,
} as const

/** A string is `length × 2 + form` as varint, then its characters: one byte each, or two where one of them is above U+00FF. */
export const oneByte = 0
export const twoBytes = 1

/** More than this in one piece is refused: a snapshot is made of many pieces. */
export const bytesMax: number = 2 ** 30
