/** All records, in order of arrival. */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import type { Column } from './column.ts'

interface List {
  readonly records: unknown[]
  /** Arrival of each record, ascending. */
  readonly seqs: number[]
}

export class ArrayColumn implements Column {
  readonly #lists: (List | undefined)[] = []

  open(): void {
    this.#lists.push({ records: [], seqs: [] })
  }

  add(slot: number, record: unknown, _time: number, seq: number): void {
    const list = this.#lists[slot]!
    list.records.push(record)
    list.seqs.push(seq)
  }

  result(slot: number): unknown[] {
    return this.#lists[slot]!.records.slice()
  }

  merge(slot: number, other: Column, from: number): void {
    this.#lists[slot] = joined(this.#lists[slot]!, (other as ArrayColumn).#lists[from]!)
  }

  drop(slot: number): void {
    this.#lists[slot] = undefined
  }

  clear(): void {
    this.#lists.length = 0
  }

  write(writer: ByteWriter, slot: number): void {
    const { records, seqs } = this.#lists[slot]!
    writer.f64s(seqs)
    for (const record of records) writer.value(record)
  }

  read(reader: ByteReader, slot: number): void {
    const seqs = [...reader.f64s()]
    this.#lists[slot] = { records: seqs.map(() => reader.value()), seqs }
  }
}

/** Both lists by arrival; the first is used up. */
const joined = (a: List, b: List): List => {
  if ((a.seqs.at(-1) ?? -1) < (b.seqs[0] ?? Infinity)) {
    for (let i = 0; i < b.seqs.length; i++) {
      a.records.push(b.records[i])
      a.seqs.push(b.seqs[i]!)
    }
    return a
  }
  const both: List = { records: [], seqs: [] }
  for (let i = 0, k = 0; i < a.seqs.length || k < b.seqs.length; ) {
    const isFirst = (a.seqs[i] ?? Infinity) < (b.seqs[k] ?? Infinity)
    both.records.push(isFirst ? a.records[i] : b.records[k])
    both.seqs.push(isFirst ? a.seqs[i++]! : b.seqs[k++]!)
  }
  return both
}
