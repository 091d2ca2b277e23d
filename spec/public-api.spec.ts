/** The names that can be imported: adding or losing one is a decision, made here. */
import { expect, test } from 'vitest'
import * as core from 'millrace'
import * as files from 'millrace/files'
import * as testing from 'millrace/testing'

const coreNames = `
  MillraceError aggregate aggregator average broadcast collect count days discard eventTime explain exponential filter first flatMap
  forEach from fromArray generate hash hours isolate keyBy last map max maxBy merge mergeWith millis min minBy minutes offload oneForOne
  parallelism parameter partition range rebalance reduce run scan seconds session sideOutput sink skip sliding source sum take tap
  toArray topology tumbling window`
const fileNames = 'fileStore readCsv readLines readNdjson stdout writeCsv writeLines writeNdjson'
const testingNames = 'verifyOperator'

const listed = (names: string): string[] => names.trim().split(/\s+/).toSorted()

test('millrace exports these names and no others', () => {
  expect(Object.keys(core).toSorted()).toEqual(listed(coreNames))
})

test('millrace/files exports these names and no others', () => {
  expect(Object.keys(files).toSorted()).toEqual(listed(fileNames))
})

test('millrace/testing exports these names and no others', () => {
  expect(Object.keys(testing).toSorted()).toEqual(listed(testingNames))
})
