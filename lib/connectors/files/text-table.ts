/** Short texts that were read before, so that a text that comes often is made once. */

/** The longest text, in bytes, that is kept. */
export const keptTextMax = 16
/** Each slot keeps the last text whose hash led to it: this is all the memory there is. */
const slotBits = 14

/** The hash of no bytes, and of some bytes with one more behind them. */
export const hashStart = 0
export const hashOn = (hash: number, byte: number): number => (Math.imul(hash, 31) + byte) | 0

export class TextTable {
  private readonly texts: string[] = new Array<string>(1 << slotBits).fill('')
  private readonly lengths = new Uint8Array(1 << slotBits)
  private readonly bytes = new Uint8Array(keptTextMax << slotBits)

  /** The text of the bytes. `ascii`: none of them is above 127. */
  read(bytes: Buffer, from: number, to: number, ascii: boolean): string {
    if (to - from > keptTextMax) return decoded(bytes, from, to, ascii)
    let hash = hashStart
    for (let i = from; i < to; i++) hash = hashOn(hash, bytes[i]!)
    return this.find(bytes, from, to, ascii, hash)
  }

  /** As `read`, of no more than `keptTextMax` bytes; `hash` is any number that depends on nothing else. */
  find(bytes: Buffer, from: number, to: number, ascii: boolean, hash: number): string {
    const slot = Math.imul(hash, 0x9e3779b1) >>> (32 - slotBits)
    const length = to - from
    const base = slot * keptTextMax
    const kept = this.bytes
    if (this.lengths[slot] === length) {
      let i = 0
      while (i < length && kept[base + i] === bytes[from + i]) i++
      if (i === length) return this.texts[slot]!
    }
    this.lengths[slot] = length
    for (let i = 0; i < length; i++) kept[base + i] = bytes[from + i]!
    return (this.texts[slot] = decoded(bytes, from, to, ascii))
  }
}

const decoded = (bytes: Buffer, from: number, to: number, ascii: boolean): string => bytes.toString(ascii ? 'latin1' : 'utf8', from, to)
