import { expect, it } from 'vitest'
import { comparisonWith } from './comparison.ts'

const whole = Buffer.from('a\nb\na\nc\n')

const parts = (parallelism: number, ...files: readonly string[]): readonly string[] => files.filter((file) => comparisonWith(whole, parallelism).isPart(Buffer.from(file)))
const wholes = (parallelism: number, ...files: readonly string[]): readonly string[] => files.filter((file) => comparisonWith(whole, parallelism).isWhole(Buffer.from(file)))

it('at parallelism 1 a part is a beginning of the bytes', () => {
  expect(parts(1, '', 'a\nb', 'a\nb\na\nc\n', 'b\n', 'a\na\n', 'a\nb\na\nc\nd\n')).toEqual(['', 'a\nb', 'a\nb\na\nc\n'])
  expect(wholes(1, 'a\nb\na\nc\n', 'a\na\nb\nc\n', 'a\nb\na\n')).toEqual(['a\nb\na\nc\n'])
})

it('at another a part is some of the lines, none of them by half or too often', () => {
  expect(parts(4, '', 'b\n', 'c\na\na\n', 'a\nb', 'b\nb\n', 'a\na\na\n', 'd\n')).toEqual(['', 'b\n', 'c\na\na\n'])
  expect(wholes(4, 'a\nb\na\nc\n', 'c\na\na\nb\n', 'a\nb\na\n', 'a\nb\nb\nc\n')).toEqual(['a\nb\na\nc\n', 'c\na\na\nb\n'])
})
