/** Pieces of the pages in this repository, for specs that run or compare them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root: string = join(import.meta.dirname, '../..')

export const page = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The fenced blocks of one language, in order. */
export const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter((block) => block[1] === language).map((block) => block[2]!)
