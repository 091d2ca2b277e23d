import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SinkContext, SinkWriter } from 'millrace'
import { expect, test } from 'vitest'
import { foldingSink, sumOf } from './folding-sink.ts'
import type { Counted, Folded } from './folding-sink.ts'
import { handedOver } from './handed-over.ts'
import type { Totals } from '../golden.ts'

test('instances of the folding sink hand over what was committed, each for itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-folding-'))
  try {
    const connector = foldingSink({ name: 'folder', value: folder })
    for (const instance of [0, 1]) {
      const writer = connector.open({ instance } as SinkContext<Totals>) as SinkWriter<Counted, Totals>
      const write = (n: number, total: number): void => void writer.write([{ value: { n, total } }])
      for (const checkpoint of [1, 2]) {
        write(checkpoint, 10 * checkpoint)
        void writer.commit!(writer.prepare!(checkpoint) as Totals)
      }
      write(4, 40)
      void writer.prepare!(3)
      void writer.close()
    }
    expect(sumOf(handedOver<Folded>(folder, 'sink'))).toEqual({ outputs: 4, sumCount: 6, sumValue: 60 })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
