/** A part file: output beside its target, hidden, until a checkpoint commits it. */
import { folderOf, nameOf, type Files, type OpenFile } from '../../env/files.ts'

/** Named by its place in the target, so that a run writes the same part again after a crash and never two at once. */
export const partName = (target: string, base: number): string => `.${nameOf(target)}.millrace-${base}.part`

export const partPath = (target: string, name: string): string => `${folderOf(target) === '/' ? '' : folderOf(target)}/${name}`

const isPartOf = (target: string, name: string): boolean => {
  const prefix = `.${nameOf(target)}.millrace-`
  return name.startsWith(prefix) && /^\d+\.part$/.test(name.slice(prefix.length))
}

/** Removes the parts that no handle of the snapshot names: nothing will ever commit them. */
export const removeLeftovers = async (files: Files, target: string, kept: ReadonlySet<string | null>): Promise<void> => {
  for (const name of await files.list(folderOf(target))) {
    if (isPartOf(target, name) && !kept.has(name)) await files.remove(partPath(target, name))
  }
}

/** Characters that are written at once. */
const fullLength = 256 * 1024

/** Lines on their way into one part file: opened with the first bytes, written a piece at a time. */
export class PartFile {
  readonly base: number
  /** Bytes written to the file. */
  length = 0
  private text = ''
  private file: OpenFile | null = null
  private readonly files: Files
  private readonly target: string

  constructor(files: Files, target: string, base: number) {
    this.files = files
    this.target = target
    this.base = base
  }

  get isEmpty(): boolean {
    return this.length === 0 && this.text === ''
  }

  /** Whether enough text waits that it should be flushed. */
  get isFull(): boolean {
    return this.text.length >= fullLength
  }

  get name(): string {
    return partName(this.target, this.base)
  }

  /** Adds lines from `from` on until enough text waits; the index of the first one not taken. */
  addLines(lines: readonly string[], from: number): number {
    let length = this.text.length
    let to = from
    while (to < lines.length && length < fullLength) length += lines[to++]!.length + 1
    const taken = from === 0 && to === lines.length ? lines : lines.slice(from, to)
    if (taken.length > 0) this.text += `${taken.join('\n')}\n`
    return to
  }

  addText(text: string): void {
    this.text += text
  }

  async flush(): Promise<void> {
    if (this.text === '') return
    const bytes = Buffer.from(this.text)
    await (await this.open()).write(bytes, this.length)
    this.length += bytes.length
    this.text = ''
  }

  /** Makes the part durable and lets go of it; an empty one leaves a file only where `always`. Resolves to whether there is one. */
  async seal(always: boolean): Promise<boolean> {
    await this.flush()
    const file = always ? await this.open() : this.file
    if (file === null) return false
    await file.sync()
    this.file = null
    await file.close()
    await this.files.syncFolder(folderOf(this.target))
    return true
  }

  async discard(): Promise<void> {
    this.text = ''
    const file = this.file
    if (file === null) return
    this.file = null
    await file.close()
    await this.files.remove(partPath(this.target, this.name))
  }

  private async open(): Promise<OpenFile> {
    this.file ??= await this.files.open(partPath(this.target, this.name), 'create')
    return this.file
  }
}
