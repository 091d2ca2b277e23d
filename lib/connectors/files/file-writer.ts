/**
 * The one writer of files, exactly once. Lines since the last checkpoint go to a part file beside the target; the target holds
 * nothing but committed output, at every moment.
 *
 * - `prepare` makes the part durable. Its handle says where the part belongs: at `base`, for `length` bytes. The next part follows it,
 *   whether or not this one has been committed, so that several may be outstanding.
 * - `commit` copies the part to its place, syncs, and removes the part. Doing it again writes the same bytes to the same place, or finds
 *   the part gone and the bytes there. It does not cut what follows: a later handle of the snapshot may have put it there.
 * - What an earlier run left is cut by the first commit with bytes, and what a given up timeline left (behind a damaged checkpoint) once
 *   the last handle of the snapshot has been committed again.
 *
 * Without checkpoints there is one part, prepared and committed at the end: it is renamed to the target, unless it is to be appended.
 */
import type { SinkContext, SinkWriter } from '../../api/connector.ts'
import { MillraceError } from '../../errors.ts'
import { createFolderDurably } from '../../env/durable-folder.ts'
import { folderOf, type Files, type OpenFile } from '../../env/files.ts'
import { codeOf, fileFault } from './file-fault.ts'
import { PartFile, partPath, removeLeftovers } from './part-file.ts'
import type { FileSinkSettings } from './write-options.ts'

export interface FileHandle {
  readonly version: 1
  /**
   * `start`: checkpoint 0, nothing to commit. `place`: the part belongs at `base`. `first`: likewise, and what stands there is an
   * earlier run's. `rename`: the part becomes the target.
   */
  readonly action: 'start' | 'first' | 'place' | 'rename'
  readonly base: number
  readonly length: number
  /** Name of the part file beside the target; null: no bytes. */
  readonly part: string | null
  /** The header, once it is known. */
  readonly columns: readonly string[] | null
}

/** How what `format` gives becomes lines. */
export interface LineForm<L> {
  /** Known before any record; null: the first one tells. */
  readonly columns: readonly string[] | null
  columnsOf(formatted: L): readonly string[]
  /** First line of an otherwise empty file. */
  headerOf(columns: readonly string[]): string | null
  linesOf(formatted: readonly L[], columns: readonly string[]): readonly string[]
}

export const plainForm: LineForm<string> = { columns: [], columnsOf: () => [], headerOf: () => null, linesOf: (lines) => lines }

const copyBytes = 1024 * 1024

/**
 * Opens the writer of a sink.
 * @throws SINK_NOT_EMPTY when a run begins anew, checkpoints are on, and the file has content that nothing says to replace or to append to
 * @throws SINK_FAILED when the file is a folder, must not be written, or is shorter than the snapshot says
 */
export const openFileWriter = async <L>(
  context: SinkContext<FileHandle>,
  { pathOf, existing }: FileSinkSettings,
  form: LineForm<L>,
): Promise<SinkWriter<L, FileHandle>> => {
  const path = pathOf()
  const files = context.env.files
  return guarded(path, async () => {
    const target = files.resolve(path)
    const size = await sizeOf(files, target)
    const { restored } = context
    const last = restored.at(-1)
    if (restored.some(({ version }) => version !== 1)) {
      throw new MillraceError('SNAPSHOT_INCOMPATIBLE', `the snapshot of ${path} was made by a newer version`)
    }
    const choice = existing ?? (!context.checkpoints || context.replacing ? 'replace' : 'refuse')
    if (last === undefined && choice === 'refuse' && (size ?? 0) > 0) {
      throw new MillraceError('SINK_NOT_EMPTY', `${path} has content and there is no checkpoint that this run could go on from`, {
        next: "Move it, give the sink { existing: 'replace' | 'append' }, or run with restore: 'none', which replaces it.",
      })
    }
    await createFolderDurably(files, folderOf(target))
    await removeLeftovers(files, target, new Set(restored.map(({ part }) => part)))
    const base = last === undefined ? (choice === 'append' ? (size ?? 0) : 0) : last.base + last.length
    await checkLength(files, path, target, size ?? 0, restored)
    const isUntouched = last === undefined || last.action === 'start' || (last.action === 'first' && last.part === null)
    return new FileWriter(files, path, target, form, {
      base,
      columns: form.columns ?? last?.columns ?? null,
      isFirstStart: last === undefined && context.checkpoints,
      action: !context.checkpoints && choice !== 'append' ? 'rename' : isUntouched ? 'first' : 'place',
      opening: isUntouched && base > 0 && !(await endsLine(files, target, base)) ? '\n' : '',
      keepsPrepared: context.checkpoints,
    })
  })
}

interface Beginning {
  /** Length of the file that counts; what is beyond it is given up. */
  readonly base: number
  readonly columns: readonly string[] | null
  /** The next `prepare(0)` is checkpoint 0. */
  readonly isFirstStart: boolean
  /** Of the next handle. */
  readonly action: 'first' | 'place' | 'rename'
  /** What must stand between the file's last line, where that is not finished, and ours. */
  readonly opening: string
  readonly keepsPrepared: boolean
}

class FileWriter<L> implements SinkWriter<L, FileHandle> {
  private readonly files: Files
  private readonly path: string
  private readonly target: string
  private readonly form: LineForm<L>
  private readonly beginning: Beginning
  private columns: readonly string[] | null
  private action: 'first' | 'place' | 'rename'
  private part: PartFile
  /** Where the file is still to be cut to; null: done. */
  private cutAt: number | null
  private readonly prepared = new Set<string>()
  private prepares = 0

  constructor(files: Files, path: string, target: string, form: LineForm<L>, beginning: Beginning) {
    this.files = files
    this.path = path
    this.target = target
    this.form = form
    this.beginning = beginning
    this.columns = beginning.columns
    this.action = beginning.action
    this.cutAt = beginning.base
    this.part = new PartFile(files, target, beginning.base)
  }

  write(formatted: readonly L[]): void | Promise<void> {
    if (formatted.length === 0) return
    this.columns ??= this.form.columnsOf(formatted[0] as L)
    this.begin(this.columns)
    const lines = this.form.linesOf(formatted, this.columns)
    const taken = this.part.addLines(lines, 0)
    return this.part.isFull ? this.writeOn(lines, taken) : undefined
  }

  private writeOn(lines: readonly string[], from: number): Promise<void> {
    return guarded(this.path, async () => {
      for (let taken = from; ;) {
        if (this.part.isFull) await this.part.flush()
        if (taken === lines.length) return
        taken = this.part.addLines(lines, taken)
      }
    })
  }

  /** What stands before the first line. */
  private begin(columns: readonly string[]): void {
    const { part } = this
    if (!part.isEmpty || part.base !== this.beginning.base) return
    const header = part.base === 0 ? this.form.headerOf(columns) : null
    if (header !== null) part.addText(`${header}\n`)
    part.addText(this.beginning.opening)
  }

  prepare(checkpoint: number): Promise<FileHandle> {
    return guarded(this.path, async () => {
      const { part } = this
      const { base } = part
      if (checkpoint === 0 && this.beginning.isFirstStart && this.prepares === 0 && part.isEmpty) {
        return { version: 1, action: 'start', base, length: 0, part: null, columns: this.columns }
      }
      if (base === 0 && this.columns !== null) this.begin(this.columns)
      const { action } = this
      const isThere = await part.seal(action === 'rename')
      this.prepares++
      if (action === 'first' && isThere) this.action = 'place'
      if (isThere) this.prepared.add(part.name)
      this.part = new PartFile(this.files, this.target, base + part.length)
      return { version: 1, action, base, length: part.length, part: isThere ? part.name : null, columns: this.columns }
    })
  }

  commit(handle: FileHandle): Promise<void> {
    return guarded(this.path, async () => {
      if (handle.action === 'rename') await this.rename(handle)
      if (handle.action === 'place' || handle.action === 'first') await this.place(handle)
      if (handle.part !== null) this.prepared.delete(handle.part)
    })
  }

  private async rename({ part, length }: FileHandle): Promise<void> {
    if (part === null) return
    try {
      await this.files.rename(partPath(this.target, part), this.target)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
      const size = (await sizeOf(this.files, this.target)) ?? 0
      if (size < length) throw shorter(this.path, size, length)
    }
    await this.files.syncFolder(folderOf(this.target))
  }

  private async place(handle: FileHandle): Promise<void> {
    await this.putInPlace(handle)
    // What lies beyond an earlier handle of the snapshot may be a later one's.
    if (handle.base + handle.length === this.cutAt) await this.cut()
  }

  private async putInPlace(handle: FileHandle): Promise<void> {
    const { files, target } = this
    const isFirst = handle.action === 'first'
    const size = await sizeOf(files, target)
    const part = handle.part === null ? null : await openPart(files, partPath(target, handle.part))
    const needed = handle.base + (part === null ? handle.length : 0)
    try {
      if ((size ?? 0) < needed) throw shorter(this.path, size ?? 0, needed)
      if (part === null && size !== null) return
      await this.update(async (file) => {
        if (part !== null && isFirst) await file.truncate(handle.base)
        if (part !== null) await copy(part, file, handle, this.path)
      })
      if (size === null) await files.syncFolder(folderOf(target))
    } finally {
      await part?.close()
    }
    if (part !== null && handle.part !== null) await files.remove(partPath(target, handle.part))
    // Should a first part come back after a loss of power, its second commit would cut what came later.
    if (isFirst) await files.syncFolder(folderOf(target))
  }

  /** Changes the target, durably. */
  private async update(change: (file: OpenFile) => Promise<void>): Promise<void> {
    const file = await this.files.open(this.target, 'write')
    try {
      await change(file)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  private async cut(): Promise<void> {
    const at = this.cutAt
    if (at === null) return
    if (((await sizeOf(this.files, this.target)) ?? 0) > at) await this.update((file) => file.truncate(at))
    this.cutAt = null
  }

  /** Of a handle that will never be committed, nor any after it: what follows it is given up too. */
  abort(handle: FileHandle): Promise<void> {
    return guarded(this.path, async () => {
      if (handle.part !== null) await this.files.remove(partPath(this.target, handle.part))
      if (handle.part !== null) this.prepared.delete(handle.part)
      if (handle.base >= this.part.base) return
      await this.part.discard()
      this.part = new PartFile(this.files, this.target, handle.base)
    })
  }

  async close(): Promise<void> {
    // What cannot be removed now is removed when the sink opens next.
    const leftInPlace = (): void => {}
    await this.part.discard().catch(leftInPlace)
    if (this.beginning.keepsPrepared) return
    for (const name of this.prepared) await this.files.remove(partPath(this.target, name)).catch(leftInPlace)
  }
}

const copy = async (part: OpenFile, file: OpenFile, { base, length }: FileHandle, path: string): Promise<void> => {
  const buffer = new Uint8Array(Math.min(copyBytes, Math.max(1, length)))
  for (let done = 0; done < length;) {
    const read = await part.read(buffer, 0, Math.min(buffer.length, length - done), done)
    if (read === 0) throw new MillraceError('SINK_FAILED', `a part of ${path} has ${done} bytes; ${length} were written to it`)
    await file.write(buffer.subarray(0, read), base + done)
    done += read
  }
}

const guarded = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw fileFault('SINK_FAILED', path, error)
  }
}

const shorter = (path: string, size: number, needed: number): MillraceError =>
  new MillraceError('SINK_FAILED', `${path} has ${size} bytes; ${needed} were committed to it`, {
    next: "Bring the file back, or start anew with restore: 'none'.",
  })

/** null: there is no such file. */
const sizeOf = async (files: Files, path: string): Promise<number | null> => {
  try {
    const { size, isDirectory } = await files.stat(path)
    if (isDirectory) throw Object.assign(new Error(`EISDIR: ${path}`), { code: 'EISDIR' })
    return size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Each handle's bytes must be in the file, or in a part that can be put where the file ends by then. */
const checkLength = async (files: Files, path: string, target: string, size: number, restored: readonly FileHandle[]): Promise<void> => {
  let reach = size
  for (const { base, length, part } of restored) {
    const isHeld = part !== null && (await sizeOf(files, partPath(target, part))) !== null
    const needed = isHeld ? base : base + length
    if (reach < needed) throw shorter(path, reach, needed)
    reach = Math.max(reach, base + length)
  }
}

const openPart = async (files: Files, path: string): Promise<OpenFile | null> => {
  try {
    return await files.open(path, 'read')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

const endsLine = async (files: Files, path: string, length: number): Promise<boolean> => {
  const file = await files.open(path, 'read')
  try {
    const byte = new Uint8Array(1)
    await file.read(byte, 0, 1, length - 1)
    return byte[0] === 10
  } finally {
    await file.close()
  }
}
