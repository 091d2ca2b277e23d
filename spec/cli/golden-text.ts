/** What a process printed, made the same on every machine, and the file that it is compared with. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { root } from '../tools/markdown.ts'

const durations = /\b\d+(?:\.\d+)? (?:ms|s|y)\b|\b\d+ min \d+ s\b|\b\d+ h \d+ min\b|\b\d+ d \d+ h\b/g

const ofTable = /<time>|^ {2}(?:actor|records|results|late|dead letters|restarts|checkpoints) /

/** Folders, durations and process ids have names instead; so the columns that hold them are as wide as they come. */
export const normalised = (text: string, folder: string): string =>
  text
    .replaceAll(folder, '<folder>')
    .replaceAll(durations, '<time>')
    .replaceAll(/LOCK\.\w+/g, 'LOCK.<claim>')
    .replaceAll(/pid \d+, host \S+, since [\d:.TZ-]+Z/g, 'pid <pid>, host <host>, since <instant>')
    .split('\n')
    .map((line) => (ofTable.test(line) ? line.replaceAll(/(?<=\S) {2,}/g, '  ') : line).trimEnd())
    .join('\n')

/** As `normalised`, for what is different in each run: how many records there were, which checkpoint, how many bytes. */
export const withoutCounts = (text: string): string =>
  text
    .replaceAll(/ {2,}[\d.]+ (?:k|M)?B (?=in)/g, '  <bytes> ')
    .replaceAll(/^( {2}\S.*?) {2,}([\d,]+(?: {2,}[\d,]+)*)/gm, (_, name: string, figures: string) => `${name}  ${figures.replaceAll(/[\d,]+/g, '<n>').replaceAll(/ {2,}/g, '  ')}`)
    .replaceAll(/checkpoint \d+-\d+/g, 'checkpoint <n>')
    .replaceAll(/[\d,]+ records/g, '<n> records')

/** Compares with `golden/NAME.txt`; UPDATE_GOLDEN=1 writes it. */
export const expectGolden = (name: string, text: string): void => {
  const folder = join(root, 'spec/cli/golden')
  const file = join(folder, `${name}.txt`)
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, text)
  }
  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : `no file ${file}`)
}
