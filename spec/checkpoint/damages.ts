/** Ways in which a stored checkpoint can be damaged. Each gives the changed files of one checkpoint, or null where it does not apply. */
import { createHash } from 'node:crypto'
import stableStringify from 'fast-json-stable-stringify'
import { packChunks } from '../../lib/checkpoint/chunk-file.ts'
import { decodeManifest, encodeManifest } from '../../lib/checkpoint/manifest.ts'
import type { ManifestBody } from '../../lib/checkpoint/manifest.ts'
import type { ChunkEntry, ChunkFile } from '../../lib/checkpoint/chunk-file.ts'
import type { StoredChunk } from '../../lib/checkpoint/store.ts'
import type { seededRandom } from '../../lib/env/sim-random.ts'
import { decodeValue, encodeValue } from '../../lib/state/codec.ts'

export type Chance = ReturnType<typeof seededRandom>

/** The files of a checkpoint. */
export interface Stored {
  readonly manifest: Uint8Array
  /** By name. */
  readonly chunks: ReadonlyMap<string, Uint8Array>
}

export interface Damage {
  readonly name: string
  /** It leaves a checkpoint that is whole in itself: given by its path, it may be used. */
  readonly isWhole?: boolean
  /** `older`: checkpoints before it, of its run. `others`: of other runs of the same job. `foreign`: of other jobs. */
  apply(stored: Stored, chance: Chance, from: { readonly older: readonly Stored[]; readonly others: readonly Stored[]; readonly foreign: readonly Stored[] }): Stored | null | Promise<Stored | null>
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
/** A chunk, and the file it lies in. */
interface Place {
  readonly file: string
  readonly entry: ChunkEntry
  /** Where its frame begins. */
  readonly start: number
}

const placesOf = ({ manifest }: Stored): Place[] =>
  bodyOf(manifest).files.flatMap(({ name, chunks }) => {
    let at = 0
    return chunks.map((entry) => {
      const start = at
      at = entry.offset + entry.length
      return { file: name, entry, start }
    })
  })

const contentOf = ({ chunks }: Stored, { file, entry: { offset, length } }: Place): Uint8Array => chunks.get(file)!.subarray(offset, offset + length)

const withFile = (stored: Stored, name: string, bytes: Uint8Array): Stored => ({ ...stored, chunks: new Map(stored.chunks).set(name, bytes) })

/** Other bytes from `from` to `to` of a file. */
const replaced = (stored: Stored, file: string, from: number, to: number, bytes: Uint8Array): Stored => {
  const whole = stored.chunks.get(file)!
  return withFile(stored, file, joined(whole.subarray(0, from), bytes, whole.subarray(to)))
}

/** Two chunks that are not the same, the later one first: what lies before it stays where it is. */
const twoOf = (stored: Stored, chance: Chance): readonly [Place, Place] | null => {
  const places = placesOf(stored)
  const [a, b] = [chance.below(places.length), chance.below(places.length)].toSorted((x, y) => x - y)
  return a === b ? null : [places[b!]!, places[a!]!]
}

/** A manifest with a hash that is right for what it says, as another version of the format would have written it. */
const signed = (body: unknown, version: unknown): Uint8Array => {
  const sha256 = createHash('sha256').update(stableStringify({ body, version })).digest('hex')
  return new TextEncoder().encode(`${stableStringify({ body, sha256, version })}\n`)
}

/** One chunk's content changed, and all hashes made right again. Null: there is none to be changed so. */
const withContents = async (stored: Stored, chance: Chance, change: (chunk: StoredChunk) => Uint8Array | null): Promise<Stored | null> => {
  const body = bodyOf(stored.manifest)
  const places = placesOf(stored)
  const changed = places.flatMap((place) => {
    const bytes = change({ name: place.entry.name, bytes: contentOf(stored, place) })
    return bytes === null ? [] : [{ place, bytes }]
  })
  const chosen = oneOf(chance, changed)
  if (chosen === undefined) return null
  const { file } = chosen.place
  const contents = places.filter((place) => place.file === file).map((place): StoredChunk => ({ name: place.entry.name, bytes: place === chosen.place ? chosen.bytes : contentOf(stored, place) }))
  const packed = await packChunks(contents, () => Promise.resolve())
  const files = body.files.map((each): ChunkFile => (each.name === file ? { name: file, length: packed.length, chunks: packed.entries } : each))
  return { ...withFile(stored, file, Buffer.concat(packed.parts)), manifest: encodeManifest({ ...body, files }) }
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

/** Another checkpoint's manifest in place of one's own, or its chunk files, or all. */
const borrowed = (whose: string, kind: 'older' | 'others' | 'foreign'): Damage[] => [
  {
    name: `manifest of ${whose}`,
    apply: (stored, chance, from) => {
      const other = oneOf(chance, from[kind])
      return other === undefined ? null : { ...stored, manifest: other.manifest }
    },
  },
  {
    name: `chunk files of ${whose}`,
    apply: (stored, chance, from) => {
      const contents = [...(oneOf(chance, from[kind])?.chunks.values() ?? [])]
      if (contents.length === 0) return null
      return { ...stored, chunks: new Map([...stored.chunks.keys()].map((name, index) => [name, contents[index % contents.length]!])) }
    },
  },
  {
    name: `one chunk file of ${whose}`,
    apply: (stored, chance, from) => {
      const content = oneOf(chance, [...(oneOf(chance, from[kind])?.chunks.values() ?? [])])
      const name = oneOf(chance, [...stored.chunks.keys()])
      return content === undefined || name === undefined ? null : withFile(stored, name, content)
    },
  },
  { name: `all files of ${whose}`, isWhole: true, apply: (_, chance, from) => oneOf(chance, from[kind]) ?? null },
]

export const damages: readonly Damage[] = [
  ...Object.entries(edits).map(([name, edit]): Damage => ({ name: `manifest: ${name}`, apply: (stored, chance) => ({ ...stored, manifest: edit(stored.manifest, chance) }) })),
  ...Object.entries(edits).map(
    ([name, edit]): Damage => ({
      name: `chunk file: ${name}`,
      apply: (stored, chance) => {
        const [file, bytes] = oneOf(chance, [...stored.chunks])!
        return bytes.length === 0 ? null : withFile(stored, file, edit(bytes, chance))
      },
    }),
  ),
  {
    name: 'two chunks swapped, frames kept',
    apply: (stored, chance) => {
      const two = twoOf(stored, chance)
      if (two === null) return null
      const [later, earlier] = two
      const end = ({ entry }: Place): number => entry.offset + entry.length
      const half = replaced(stored, later.file, later.entry.offset, end(later), contentOf(stored, earlier))
      return replaced(half, earlier.file, earlier.entry.offset, end(earlier), contentOf(stored, later))
    },
  },
  {
    name: 'two chunks swapped with their frames',
    apply: (stored, chance) => {
      const two = twoOf(stored, chance)
      if (two === null) return null
      const [later, earlier] = two
      const end = ({ entry }: Place): number => entry.offset + entry.length
      const framed = (place: Place): Uint8Array => stored.chunks.get(place.file)!.subarray(place.start, end(place))
      const half = replaced(stored, later.file, later.start, end(later), framed(earlier))
      return replaced(half, earlier.file, earlier.start, end(earlier), framed(later))
    },
  },
  {
    name: 'a chunk of an older checkpoint',
    apply: (stored, chance, { older }) => {
      const place = oneOf(chance, placesOf(stored))
      const other = oneOf(chance, older)
      const found = other && placesOf(other).find(({ entry }) => entry.name === place?.entry.name)
      if (place === undefined || other === undefined || found === undefined) return null
      return replaced(stored, place.file, place.entry.offset, place.entry.offset + place.entry.length, contentOf(other, found))
    },
  },
  {
    name: 'a chunk file gone',
    apply: (stored, chance) => {
      const chunks = new Map(stored.chunks)
      chunks.delete(oneOf(chance, [...chunks.keys()])!)
      return { ...stored, chunks }
    },
  },
  {
    name: 'two chunk files exchanged',
    apply: (stored, chance) => {
      const [a, b] = [oneOf(chance, [...stored.chunks])!, oneOf(chance, [...stored.chunks])!]
      return withFile(withFile(stored, a[0], b[1]), b[0], a[1])
    },
  },
  {
    name: 'a chunk file under another name',
    apply: (stored, chance) => {
      const chosen = oneOf(chance, [...stored.chunks.keys()])!
      return { ...stored, chunks: new Map([...stored.chunks].map(([name, bytes]) => [name === chosen ? 'chunks-9-moved.bin' : name, bytes])) }
    },
  },
  {
    name: 'a chunk file that lies elsewhere, rightly hashed',
    apply: (stored, chance) => {
      const body = bodyOf(stored.manifest)
      const chosen = oneOf(chance, body.files)
      return { ...stored, manifest: encodeManifest({ ...body, files: body.files.map((file) => (file === chosen ? { ...file, name: `../elsewhere/${file.name}` } : file)) }) }
    },
  },
  ...borrowed('an older checkpoint', 'older'),
  ...borrowed('another run', 'others'),
  ...borrowed('another job', 'foreign'),
  {
    name: 'all files of another job under this name',
    apply: (_, chance, { foreign }) => {
      const other = oneOf(chance, foreign)
      if (other === undefined) return null
      const body = bodyOf(other.manifest)
      return { ...other, manifest: encodeManifest({ ...body, topology: { ...body.topology, id: 'random' } }) }
    },
  },
  {
    name: 'version of the manifest, rightly hashed',
    apply: (stored, chance) => ({ ...stored, manifest: signed(bodyOf(stored.manifest), oneOf(chance, [0, 1, 3, 255, '2', null])) }),
  },
  {
    name: 'version of what the job keeps, rightly hashed',
    apply: (stored, chance) => {
      const body = bodyOf(stored.manifest)
      const summary = { ...(body.summary as object), version: oneOf(chance, [0, 2, 3, 255, '1', null]) }
      return { ...stored, manifest: encodeManifest({ ...body, summary }) }
    },
  },
  {
    name: "version of a stage's layout, rightly hashed",
    apply: (stored, chance) => {
      const body = bodyOf(stored.manifest)
      const chosen = oneOf(chance, body.operators.filter(({ schema }) => schema.endsWith(' v1')))
      if (chosen === undefined) return null
      const operators = body.operators.map((part) => (part === chosen ? { ...part, schema: part.schema.replace(/\d+$/, (version) => String(Number(version) + 1)) } : part))
      return { ...stored, manifest: encodeManifest({ ...body, operators }) }
    },
  },
  {
    name: 'version of stored values, rightly hashed',
    apply: (stored, chance) => {
      const ids = bodyOf(stored.manifest).operators.flatMap(({ id, state }) => (state === 'source' || state === 'sink' ? [id] : []))
      return withContents(stored, chance, ({ name, bytes }) => {
        if (!ids.includes(name.slice(0, name.lastIndexOf('/')))) return null
        const copy = bytes.slice()
        copy[0]! += 1 + chance.below(255)
        return copy
      })
    },
  },
  {
    name: 'version of what a sink keeps, rightly hashed',
    apply: (stored, chance) =>
      withContents(stored, chance, ({ bytes }) => {
        const kept = keptBySink(bytes)
        return kept === null ? null : encodeValue(kept.map((each) => ({ ...each, handle: { ...each.handle, version: 2 } })))
      }),
  },
  {
    name: 'a chunk file and the manifest exchanged',
    apply: (stored, chance) => {
      const [name, bytes] = oneOf(chance, [...stored.chunks])!
      return { ...withFile(stored, name, stored.manifest), manifest: bytes }
    },
  },
]
