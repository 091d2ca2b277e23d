/** The errors of a file: its path, what is wrong with it, and what to do. */
import { MillraceError, hasCode, type ErrorCode } from '../../errors.ts'

const causes: Readonly<Record<string, { readonly what: string; readonly next: string }>> = {
  ENOENT: { what: 'does not exist', next: 'Check the path; it is relative to the working directory.' },
  ENOTDIR: { what: 'leads through something that is not a folder', next: 'Check the path; it is relative to the working directory.' },
  EISDIR: { what: 'is a folder', next: 'Name a file in it; a glob such as folder/*.csv reads several.' },
  EACCES: { what: 'must not be opened by this user', next: 'Change its permissions or run as another user.' },
  EPERM: { what: 'must not be opened by this user', next: 'Change its permissions or run as another user.' },
  EROFS: { what: 'is on a file system that cannot be written', next: 'Choose another path.' },
  ENOSPC: { what: 'does not fit on its disk', next: 'Free some space; the job goes on from its last checkpoint.' },
  EDQUOT: { what: 'does not fit into what this user may write', next: 'Free some space; the job goes on from its last checkpoint.' },
  EFBIG: { what: 'grows beyond the size that a file may have here', next: 'Raise the limit of this process (ulimit -f), or write less.' },
  EIO: { what: 'could not be read from or written to its disk', next: 'Look into the log of the system; the disk may be failing.' },
  ESPIPE: { what: 'is a pipe, which has no places to come back to', next: 'Write what it gives to a file first.' },
  EMFILE: { what: 'is one file too many for this process', next: 'Raise the limit of open files (ulimit -n).' },
}

export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** `error` as SOURCE_FAILED or SINK_FAILED; one that already is Millrace's is passed on. */
export const fileFault = (code: ErrorCode, path: string, error: unknown): MillraceError => {
  if (hasCode(error)) return error
  const known = causes[codeOf(error) ?? '']
  const what = known?.what ?? `failed: ${error instanceof Error ? error.message : String(error)}`
  return new MillraceError(code, `${path} ${what}`, { cause: error, ...(known && { next: known.next }) })
}
