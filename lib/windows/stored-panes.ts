/** Windows or panes in a snapshot: first what is held for the keys of each, which records may change, then the keys of each. */
import type { Unwritten } from '../operators/operator.ts'
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { readKeys, runKeys } from '../state/key-list.ts'
import type { KeyList, StoredPart } from '../state/key-list.ts'

/** `at`: what tells it from the others, such as its start. */
export interface WrittenPane {
  readonly at: number
  readonly keys: KeyList
  writeHeld(more: number): void
}

/** Writes all but the keys. */
export const writePanes = (writer: ByteWriter, panes: readonly WrittenPane[]): void => {
  writer.varint(panes.length)
  for (const pane of panes) {
    writer.f64(pane.at)
    pane.writeHeld(pane.keys.bytes)
  }
}

/** The keys of panes, one list after the other. */
export class PaneKeys implements Unwritten {
  readonly #panes: readonly WrittenPane[]
  #done = 0

  constructor(panes: readonly WrittenPane[]) {
    this.#panes = panes
  }

  writeSome(writer: ByteWriter): boolean {
    for (let left = runKeys; left > 0 && this.#done < this.#panes.length; ) {
      const { keys } = this.#panes[this.#done]!
      if (keys.writeSome(writer)) this.#done++
      left -= Math.min(keys.size, runKeys)
    }
    return this.#done === this.#panes.length
  }
}

/** What several instances have stored, by what tells panes from one another. */
export type StoredPanes<H> = Map<number, StoredPart<H>[]>

/** Reads what `writePanes` wrote; the function it gives reads the keys, which come later, and adds all to `stored`. */
export const readPanes = <H>(reader: ByteReader, stored: StoredPanes<H>, readHeld: (at: number) => H): (() => void) => {
  const heads: { readonly at: number; readonly held: H }[] = []
  for (let left = reader.varint(); left > 0; left--) {
    const at = reader.f64()
    heads.push({ at, held: readHeld(at) })
  }
  return () => {
    for (const { at, held } of heads) {
      const parts = stored.get(at) ?? []
      parts.push({ held, ...readKeys(reader) })
      stored.set(at, parts)
    }
  }
}
