/** Ways in which a stored checkpoint can be damaged. Each gives the changed files of one checkpoint, or null where it does not apply. */
import { createHash } from 'node:crypto'
import stableStringify from 'fast-json-stable-stringify'
import { packChunks } from '../../lib/checkpoint/chunk-file.ts'
import { decodeManifest, encodeManifest } from '../../lib/checkpoint/manifest.ts'
import type { ManifestBody } from '../../lib/checkpoint/manifest.ts'
import type { ChunkEntry } from '../../lib/checkpoint/chunk-file.ts'
import type { StoredChunk } from '../../lib/checkpoint/store.ts'
import type { seededRandom } from '../../lib/env/sim-random.ts'
import { decodeValue, encodeValue } from '../../lib/state/codec.ts'

export type Chance = ReturnType<typeof seededRandom>

/** The two files of a checkpoint. */
export interface Pair {
  readonly manifest: Uint8Array
  readonly chunks: Uint8Array
}

export interface Damage {
  readonly name: string
  /** It leaves a checkpoint that is whole in itself: given by its path, it may be used. */
  readonly isWhole?: boolean
  /** `older`: checkpoints before it, of its run. `others`: of other runs of the same job. `foreign`: of other jobs. */
  apply(pair: Pair, chance: Chance, from: { readonly older: readonly Pair[]; readonly others: readonly Pair[]; readonly foreign: readonly Pair[] }): Pair | null | Promise<Pair | null>
}

type Edit = (bytes: Uint8Array, chance: Chance) => Uint8Array

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
const noise = (chance: Chance, length: number): Uint8Array => Uint8Array.from({ length }, () => chance.below(256))

/** A range that is not empty: [from, to). */
const rangeOf = (bytes: Uint8Array, chance: Chance): [from: number, to: number] => {
  const from = chance.below(bytes.length)
  return [from, from + 1 + chance.below(Math.min(64, bytes.length - from))]
}

const edits: Readonly<Record<string, Edit>> = {
  'one byte changed': (bytes, chance) => {
    const copy = bytes.slice()
    copy[chance.below(copy.length)]! ^= 1 + chance.below(255)
    return copy
  },
  'several bytes changed': (bytes, chance) => {
    const copy = bytes.slice()
    for (let left = 2 + chance.below(15); left > 0; left--) copy[chance.below(copy.length)] = chance.below(256)
    return copy
  },
  'cut short': (bytes, chance) => bytes.slice(0, chance.below(bytes.length)),
  'bytes appended': (bytes, chance) => joined(bytes, noise(chance, 1 + chance.below(64))),
  'bytes put in': (bytes, chance) => {
    const at = chance.below(bytes.length)
    return joined(bytes.subarray(0, at), noise(chance, 1 + chance.below(16)), bytes.subarray(at))
  },
  'bytes taken out': (bytes, chance) => {
    const [from, to] = rangeOf(bytes, chance)
    return joined(bytes.subarray(0, from), bytes.subarray(to))
  },
  'a range zeroed': (bytes, chance) => bytes.slice().fill(0, ...rangeOf(bytes, chance)),
  'a range repeated': (bytes, chance) => {
    const [from, to] = rangeOf(bytes, chance)
    return joined(bytes.subarray(0, to), bytes.subarray(from))
  },
  'a range over another': (bytes, chance) => {
    const [from, to] = rangeOf(bytes, chance)
    return bytes.slice().copyWithin(chance.below(bytes.length), from, to)
  },
}

const bodyOf = (manifest: Uint8Array): ManifestBody => decodeManifest('manifest.json', manifest)
const contentOf = ({ chunks }: Pair, { offset, length }: ChunkEntry): Uint8Array => chunks.subarray(offset, offset + length)

const replaced = (pair: Pair, entry: ChunkEntry, content: Uint8Array): Uint8Array =>
  joined(pair.chunks.subarray(0, entry.offset), content, pair.chunks.subarray(entry.offset + entry.length))

/** A manifest with a hash that is right for what it says, as another version of the format would have written it. */
const signed = (body: unknown, version: unknown): Uint8Array => {
  const sha256 = createHash('sha256').update(stableStringify({ body, version })).digest('hex')
  return new TextEncoder().encode(`${stableStringify({ body, sha256, version })}\n`)
}

/** One chunk's content changed, and all hashes made right again. Null: there is none to be changed so. */
const withContents = async (pair: Pair, chance: Chance, change: (chunk: StoredChunk) => Uint8Array | null): Promise<Pair | null> => {
  const body = bodyOf(pair.manifest)
  const chunks = body.chunks.map((entry): StoredChunk => ({ name: entry.name, bytes: contentOf(pair, entry) }))
  const changed = chunks.flatMap((chunk, index) => {
    const bytes = change(chunk)
    return bytes === null ? [] : [chunks.with(index, { name: chunk.name, bytes })]
  })
  const chosen = oneOf(chance, changed)
  if (chosen === undefined) return null
  const packed = await packChunks(chosen, () => Promise.resolve())
  return { chunks: Buffer.concat(packed.parts), manifest: encodeManifest({ ...body, chunks: packed.entries, chunkBytes: packed.length }) }
}

interface KeptBySink {
  readonly checkpoint: number
  readonly handle: { readonly version: 1 }
}

/** Null where it is no sink's, or there is nothing with a version in it. */
const keptBySink = (bytes: Uint8Array): readonly KeptBySink[] | null => {
  try {
    const kept = decodeValue(bytes) as KeptBySink[]
    return kept.length > 0 && kept.every(({ handle }) => handle.version === 1) ? kept : null
  } catch {
    return null
  }
}

const oneOf = <T>(chance: Chance, list: readonly T[]): T | undefined => (list.length === 0 ? undefined : list[chance.below(list.length)])

/** Another checkpoint's files in place of one, of the other, or of both. */
const borrowed = (whose: string, kind: 'older' | 'others' | 'foreign'): Damage[] =>
  (['manifest', 'chunks', 'both'] as const).map((part) => ({
    name: `${part === 'both' ? 'both files' : part === 'manifest' ? 'manifest' : 'chunk file'} of ${whose}`,
    isWhole: part === 'both',
    apply: (pair, chance, from) => {
      const other = oneOf(chance, from[kind])
      if (other === undefined) return null
      return part === 'both' ? other : { ...pair, [part]: other[part] }
    },
  }))

export const damages: readonly Damage[] = [
  ...(['manifest', 'chunks'] as const).flatMap((file) =>
    Object.entries(edits).map(([name, edit]): Damage => ({
      name: `${file === 'chunks' ? 'chunk file' : file}: ${name}`,
      apply: (pair, chance) => (pair[file].length === 0 ? null : { ...pair, [file]: edit(pair[file], chance) }),
    })),
  ),
  {
    name: 'two chunks swapped, frames kept',
    apply: (pair, chance) => {
      const entries = bodyOf(pair.manifest).chunks
      const [a, b] = [chance.below(entries.length), chance.below(entries.length)].toSorted((x, y) => x - y).map((index) => entries[index]!)
      if (a === undefined || b === undefined || a === b) return null
      // The later one first: offsets before it stay.
      const later = { ...pair, chunks: replaced(pair, b, contentOf(pair, a)) }
      return { ...pair, chunks: replaced(later, a, contentOf(pair, b)) }
    },
  },
  {
    name: 'two chunks swapped with their frames',
    apply: (pair, chance) => {
      const entries = bodyOf(pair.manifest).chunks
      const starts = entries.map((_, index) => (index === 0 ? 0 : entries[index - 1]!.offset + entries[index - 1]!.length))
      const pieces = entries.map(({ offset, length }, index) => pair.chunks.subarray(starts[index], offset + length))
      const [a, b] = [chance.below(pieces.length), chance.below(pieces.length)]
      const order = pieces.map((piece, index) => (index === a ? pieces[b]! : index === b ? pieces[a]! : piece))
      return { ...pair, chunks: joined(...order) }
    },
  },
  {
    name: 'a chunk of an older checkpoint',
    apply: (pair, chance, { older }) => {
      const entry = oneOf(chance, bodyOf(pair.manifest).chunks)
      const other = oneOf(chance, older)
      const stored = other && bodyOf(other.manifest).chunks.find(({ name }) => name === entry?.name)
      if (entry === undefined || other === undefined || stored === undefined) return null
      return { ...pair, chunks: replaced(pair, entry, contentOf(other, stored)) }
    },
  },
  ...borrowed('an older checkpoint', 'older'),
  ...borrowed('another run', 'others'),
  ...borrowed('another job', 'foreign'),
  {
    name: 'both files of another job under this name',
    apply: (_pair, chance, { foreign }) => {
      const other = oneOf(chance, foreign)
      if (other === undefined) return null
      const body = bodyOf(other.manifest)
      return { ...other, manifest: encodeManifest({ ...body, topology: { ...body.topology, id: 'random' } }) }
    },
  },
  {
    name: 'version of the manifest, rightly hashed',
    apply: (pair, chance) => ({ ...pair, manifest: signed(bodyOf(pair.manifest), oneOf(chance, [0, 2, 3, 255, '1', null])) }),
  },
  {
    name: 'version of what the job keeps, rightly hashed',
    apply: (pair, chance) => {
      const body = bodyOf(pair.manifest)
      const summary = { ...(body.summary as object), version: oneOf(chance, [0, 2, 3, 255, '1', null]) }
      return { ...pair, manifest: encodeManifest({ ...body, summary }) }
    },
  },
  {
    name: "version of a stage's layout, rightly hashed",
    apply: (pair, chance) => {
      const body = bodyOf(pair.manifest)
      const chosen = oneOf(chance, body.operators.filter(({ schema }) => schema.endsWith(' v1')))
      if (chosen === undefined) return null
      const operators = body.operators.map((part) => (part === chosen ? { ...part, schema: part.schema.replace(/\d+$/, (version) => String(Number(version) + 1)) } : part))
      return { ...pair, manifest: encodeManifest({ ...body, operators }) }
    },
  },
  {
    name: 'version of stored values, rightly hashed',
    apply: (pair, chance) => {
      const ids = bodyOf(pair.manifest).operators.flatMap(({ id, state }) => (state === 'source' || state === 'sink' ? [id] : []))
      return withContents(pair, chance, ({ name, bytes }) => {
        if (!ids.includes(name.slice(0, name.lastIndexOf('/')))) return null
        const copy = bytes.slice()
        copy[0]! += 1 + chance.below(255)
        return copy
      })
    },
  },
  {
    name: 'version of what a sink keeps, rightly hashed',
    apply: (pair, chance) =>
      withContents(pair, chance, ({ bytes }) => {
        const kept = keptBySink(bytes)
        return kept === null ? null : encodeValue(kept.map((each) => ({ ...each, handle: { ...each.handle, version: 2 } })))
      }),
  },
  { name: 'the two files exchanged', apply: ({ manifest, chunks }) => ({ manifest: chunks, chunks: manifest }) },
]
