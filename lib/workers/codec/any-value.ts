/** Values that no column fits, one after the other: all that `structuredClone` takes, and equal to what it gives, but for class instances, unless they are cloned, and cycles. */
import { deserialize } from 'node:v8'
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { Part } from '../../state/part.ts'
import { isPlainArray, isPlainObject, setField } from '../../state/plain.ts'
import { nestingMax, refused } from '../../state/refusal.ts'
import { elementKindOf, isExactly } from '../../state/transferable.ts'
import type { ClonedInstances } from './cloned-instances.ts'

/** In front of each value. `leaf`: as the codec of `state` writes it. */
const mark = {
  leaf: 0,
  string: 1,
  integer: 2,
  double: 3,
  object: 4,
  array: 5,
  /** An array with holes or with named fields: its length, then the fields there are. */
  keyedArray: 6,
  map: 7,
  set: 8,
  /** An instance of a class, as node:v8 serialises it. */
  instance: 9,
} as const

/** An int32, which −0 is not. */
const isInt = (value: number): boolean => (value | 0) === value && (value !== 0 || 1 / value > 0)

/** `depth`: levels around it. `instances`: null where those of classes are refused. @throws `refused` where a part cannot be sent */
export const writeAnyValue = (writer: ByteWriter, value: unknown, depth: number, instances: ClonedInstances | null): void => {
  switch (typeof value) {
    case 'string':
      writer.u8(mark.string)
      return writer.string(value)
    case 'number':
      writer.u8(isInt(value) ? mark.integer : mark.double)
      return isInt(value) ? writer.i32(value) : writer.f64(value)
    case 'function':
    case 'symbol':
      throw refused
    default:
      if (typeof value === 'object' && value !== null) return writeObject(writer, value, depth, instances)
      writer.u8(mark.leaf)
      return writer.value(value)
  }
}

const writeObject = (writer: ByteWriter, value: object, depth: number, instances: ClonedInstances | null): void => {
  if (depth === nestingMax) throw refused
  if (isPlainArray(value)) return writeArray(writer, value, depth + 1, instances)
  if (isPlainObject(value)) {
    writer.u8(mark.object)
    return writeFields(writer, value, Object.keys(value), depth + 1, instances)
  }
  if (isExactly(value, Map)) {
    writer.u8(mark.map)
    writer.varint(value.size)
    for (const [key, held] of value) {
      writeAnyValue(writer, key, depth + 1, instances)
      writeAnyValue(writer, held, depth + 1, instances)
    }
  } else if (isExactly(value, Set)) {
    writer.u8(mark.set)
    writer.varint(value.size)
    for (const held of value) writeAnyValue(writer, held, depth + 1, instances)
  } else {
    if (!(value instanceof Part) && elementKindOf(value) === undefined && !isExactly(value, Date) && !isExactly(value, RegExp) && !isExactly(value, ArrayBuffer)) return writeInstance(writer, value, instances)
    writer.u8(mark.leaf)
    writer.value(value)
  }
}

const writeInstance = (writer: ByteWriter, value: object, instances: ClonedInstances | null): void => {
  if (instances === null) throw refused
  writer.u8(mark.instance)
  writer.bytes(instances.bytesOf(value))
}

const writeArray = (writer: ByteWriter, array: unknown[], depth: number, instances: ClonedInstances | null): void => {
  const { length } = array
  const names = Object.keys(array)
  // Indices come first, in order: where the name in this place is the last index, all before it are the others.
  if (names.length === length && (length === 0 || names[length - 1] === String(length - 1))) {
    writer.u8(mark.array)
    writer.varint(length)
    for (let i = 0; i < length; i++) writeAnyValue(writer, array[i], depth, instances)
  } else {
    writer.u8(mark.keyedArray)
    writer.varint(length)
    writeFields(writer, array as unknown as Record<string, unknown>, names, depth, instances)
  }
}

const writeFields = (writer: ByteWriter, fields: Record<string, unknown>, names: readonly string[], depth: number, instances: ClonedInstances | null): void => {
  writer.varint(names.length)
  for (const name of names) {
    writer.string(name)
    writeAnyValue(writer, fields[name], depth, instances)
  }
}

/** What `writeAnyValue` wrote. */
export const readAnyValue = (reader: ByteReader): unknown => {
  switch (reader.u8()) {
    case mark.string:
      return reader.string()
    case mark.integer:
      return reader.i32()
    case mark.double:
      return reader.f64()
    case mark.object:
      return readFields(reader, {})
    case mark.array: {
      const array: unknown[] = []
      for (let left = reader.varint(); left > 0; left--) array.push(readAnyValue(reader))
      return array
    }
    case mark.keyedArray: {
      const array: unknown[] = []
      array.length = reader.varint()
      readFields(reader, array as unknown as Record<string, unknown>)
      return array
    }
    case mark.map: {
      const map = new Map<unknown, unknown>()
      for (let left = reader.varint(); left > 0; left--) map.set(readAnyValue(reader), readAnyValue(reader))
      return map
    }
    case mark.set: {
      const set = new Set<unknown>()
      for (let left = reader.varint(); left > 0; left--) set.add(readAnyValue(reader))
      return set
    }
    case mark.instance:
      return deserialize(reader.bytes())
    default:
      return reader.value()
  }
}

const readFields = (reader: ByteReader, fields: Record<string, unknown>): unknown => {
  for (let left = reader.varint(); left > 0; left--) {
    const name = reader.string()
    setField(fields, name, readAnyValue(reader))
  }
  return fields
}
