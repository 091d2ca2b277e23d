/** A job that died half-way: its random topology, what its disk held at that moment, and what it writes in the end where nothing is damaged. */
import { CHAIN_MODES } from '../../lib/runtime/chain-host.ts'
import type { Tuning } from '../../lib/runtime/region-part.ts'
import { writeNdjson } from 'millrace/files'
import { packChunks, unpackChunks } from '../../lib/checkpoint/chunk-file.ts'
import type { ChunkFile } from '../../lib/checkpoint/chunk-file.ts'
import { decodeManifest, encodeManifest } from '../../lib/checkpoint/manifest.ts'
import { fileStore } from '../../lib/checkpoint/stores/file-store.ts'
import { seededRandom } from '../../lib/env/sim-random.ts'
import { simWorld } from '../../lib/env/sim.ts'
import type { DeadLetter, Job, JobEvent, JobSummary } from '../../lib/runtime/job-handle.ts'
import { runIn } from '../../lib/runtime/job.ts'
import { textOf } from '../env/in-world.ts'
import { canonicalText } from '../reference/compare.ts'
import { randomJob } from '../simulation/random-job.ts'
import type { RandomJob } from '../simulation/random-job.ts'
import { withoutLast } from '../simulation/without-last.ts'
import type { Stored } from './damages.ts'

/** Path to content. */
export type Disk = ReadonlyMap<string, Uint8Array>

/** Folder of a checkpoint, with its numbers. */
export interface CheckpointAt {
  readonly folder: string
  readonly run: number
  readonly checkpoint: number
}

export interface Scene {
  readonly seed: number
  readonly job: RandomJob
  readonly disk: Disk
  /** Complete ones, oldest first; at least three of the newest run. */
  readonly checkpoints: readonly CheckpointAt[]
  /** Its parts with state: what tells it from another job. */
  readonly shape: string
  /** What comes of it undamaged. */
  readonly outcome: string
}

export interface Ending {
  readonly error: unknown
  /** Files, dead letters and counters, as a text that is equal where they are; '' where there was an error. */
  readonly outcome: string
  /** Checkpoints reported as damaged. */
  readonly reported: number
}

const KEEP = 20
/** What one life wrote compiled, the next reads stage by stage. */
const tuningOf = (seed: number): Partial<Tuning> => ({ batchRows: 3, channelRows: 8, chains: CHAIN_MODES[seed % CHAIN_MODES.length]! })

/** Kinds of state, in turn over one split, two and four: windows that tumble, slide or merge, and folds by key alone. */
const FORMS = ['tumbling', 'sliding', 'session', 'none'] as const
const PARALLELISM = [1, 1, 2, 4]

const jobOf = (seed: number, slot: number): RandomJob =>
  randomJob(seed, {
    ordered: true,
    sinkOf: (id) => writeNdjson(`/out/${id}.ndjson`),
    windows: FORMS[slot % FORMS.length]!,
    parallelism: PARALLELISM[Math.floor(slot / FORMS.length) % PARALLELISM.length]!,
  })

const checkpointsOn = (disk: Disk): CheckpointAt[] =>
  [...disk.keys()]
    .flatMap((path) => {
      const match = /^(.*\/(\d+)-(\d+))\/manifest.json$/.exec(path)
      return match === null ? [] : [{ folder: match[1]!, run: Number(match[2]), checkpoint: Number(match[3]) }]
    })
    .sort((a, b) => a.run - b.run || a.checkpoint - b.checkpoint)

/** What lies in the folder of a checkpoint. */
export const filesIn = (disk: Disk, folder: string): Stored => ({
  manifest: disk.get(`${folder}/manifest.json`)!,
  chunks: new Map([...disk].flatMap(([path, bytes]) => (path.startsWith(`${folder}/chunks`) ? [[path.slice(folder.length + 1), bytes] as const] : []))),
})

/** Names of chunk files: of the caller and of two threads. */
export const CHUNK_FILES = ['chunks.bin', 'chunks-0-a.bin', 'chunks-1-b.bin'] as const

/** The same checkpoint as it would lie there had that many threads written its chunks. */
const spread = async (disk: Map<string, Uint8Array>, folder: string, threads: number): Promise<void> => {
  const { files, ...facts } = decodeManifest(folder, disk.get(`${folder}/manifest.json`)!)
  const chunks = files.flatMap((file) => unpackChunks(file.name, disk.get(`${folder}/${file.name}`)!, file.chunks))
  for (const { name } of files) disk.delete(`${folder}/${name}`)
  const written: ChunkFile[] = []
  for (const [thread, name] of CHUNK_FILES.slice(0, threads).entries()) {
    const packed = await packChunks(chunks.filter((_, index) => index % threads === thread), () => Promise.resolve())
    if (packed.entries.length === 0) continue
    disk.set(`${folder}/${name}`, new Uint8Array(Buffer.concat(packed.parts)))
    written.push({ name, length: packed.length, chunks: packed.entries })
  }
  disk.set(`${folder}/manifest.json`, encodeManifest({ ...facts, files: written }))
}

interface Life {
  readonly disk: Disk
  readonly every: number
  readonly restore: string
  /** Events until the machine dies; null: it lives until the job has ended. */
  readonly steps: number | null
}

const live = async (job: RandomJob, seed: number, { disk, every, restore, steps }: Life): Promise<Ending & { readonly disk: Disk }> => {
  const world = simWorld({ seed })
  for (const [path, bytes] of disk) world.disk.put(path, bytes)
  job.forget()
  const process = world.boot()
  const ended: { value: { summary: JobSummary } | { error: unknown } | null } = { value: null }
  let running: Job | null = null
  let reported = 0
  const options = { parallelism: job.parallelism, checkpoints: { every, to: fileStore('/checkpoints'), keep: KEEP }, restore }
  runIn(process.env, job.topology, options, tuningOf(seed + (steps === undefined ? 1 : 0)))
    .then((started) => {
      running = started
      started.events$.subscribe((event: JobEvent) => {
        if (event.type === 'damaged-checkpoint') reported++
      })
      return started.completed
    })
    .then(
      (summary) => (ended.value = { summary }),
      (error: unknown) => (ended.value = { error }),
    )
  const outcome = await process.run(() => ended.value !== null, { steps: steps ?? 1_000_000, virtualMs: 10_000_000 })
  const letters = (running as Job | null)?.deadLetters() ?? []
  process.kill()
  // Whoever held the lock is dead in the next world.
  const files = new Map(world.disk.paths().flatMap((path) => (path.includes('/LOCK.') ? [] : [[path, world.disk.read(path)!] as const])))
  if (ended.value === null) {
    const error = steps === null ? new Error(`the job hangs: ${outcome}`) : null
    return { error, outcome: '', reported, disk: files }
  }
  if ('error' in ended.value) return { error: ended.value.error, outcome: '', reported, disk: files }
  return { error: null, outcome: outcomeOf(job, files, letters, ended.value.summary), reported, disk: files }
}

const outcomeOf = (job: RandomJob, disk: Disk, letters: readonly DeadLetter[], { records, results, late, deadLetters }: JobSummary): string => {
  const lines: string[] = [canonicalText({ records, results, late, deadLetters })]
  for (const [path, bytes] of [...disk].filter(([name]) => name.startsWith('/out/') && !name.endsWith('.part'))) {
    const text = textOf(bytes)!
    // Several splits promise the same lines, in any order.
    lines.push(path, ...(job.parallelism === 1 ? [text] : text.split('\n').map(openLine).sort()))
  }
  lines.push(...letters.map(({ record, error: { operatorId, code }, attempt, reason }) => canonicalText({ record, operatorId, attempt, reason, code })).sort())
  return lines.join('\n')
}

const openLine = (line: string): string => (line === '' ? '' : canonicalText(withoutLast(JSON.parse(line))))

/** Runs the job on from a disk to its end. `restore`: 'latest', or the folder of a checkpoint. */
export const resume = ({ job, seed }: Pick<Scene, 'job' | 'seed'>, disk: Disk, restore: string): Promise<Ending> => live(job, seed, { disk, every: 30, restore, steps: null })

/** Null where the job of that seed had not come far enough, or had ended, before it died. */
const sceneOf = async (seed: number, slot: number): Promise<Scene | null> => {
  const job = jobOf(seed, slot)
  const random = seededRandom(seed ^ 0xdead)
  let disk: Disk = new Map()
  const lives = 1 + random.below(2)
  for (let life = 0; life < lives; life++) {
    const restore = life > 0 && random.chance(0.5) ? 'none' : 'latest'
    const died = await live(job, seed + life, { disk, every: 1 + random.below(4), restore, steps: 150 + random.below(450) })
    if (died.error !== null || died.outcome !== '') return null
    disk = died.disk
  }
  const checkpoints = checkpointsOn(disk)
  const run = checkpoints.at(-1)?.run
  if (checkpoints.filter((stored) => stored.run === run).length < 3) return null
  const spreadOut = new Map(disk)
  for (const { folder } of checkpoints) await spread(spreadOut, folder, 1 + (slot % CHUNK_FILES.length))
  disk = spreadOut
  const { error, outcome } = await resume({ job, seed }, disk, 'latest')
  if (error !== null) throw error
  const undisturbed = await resume({ job, seed }, new Map(), 'latest')
  if (undisturbed.outcome !== outcome) throw new Error(`seed ${seed}: what the job writes after a crash differs from an undisturbed run`)
  const { operators } = decodeManifest('manifest.json', disk.get(`${checkpoints.at(-1)!.folder}/manifest.json`)!)
  const shape = operators.map(({ id, kind, schema, state }) => `${id}|${kind}|${schema}|${state}`).join('\n')
  return { seed, job, disk, checkpoints, shape, outcome }
}

/** That many scenes, from seed `from` on. */
export const scenes = async (from: number, count: number): Promise<Scene[]> => {
  const found: Scene[] = []
  for (let seed = from; found.length < count; seed++) {
    const scene = await sceneOf(seed, found.length)
    if (scene !== null) found.push(scene)
  }
  return found
}
