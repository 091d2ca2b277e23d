/** Where a record goes by its key, remembered or not. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LocalChannel } from '../../lib/runtime/channel.ts'
import { Edge } from '../../lib/runtime/edge.ts'
import { instanceOfGroup, keyGroup } from '../../lib/state/key-group.ts'
import { keyHash } from '../../lib/state/key.ts'

const edgeOf = (receivers: number): Edge => {
  const ends = { wakeReceiver: () => undefined, wakeSender: () => undefined }
  const senders = Array.from({ length: receivers }, () => new LocalChannel(64, 256, ends))
  return new Edge({ routing: 'key', carriesOrigins: false, valuesOnly: false, senders }, 128, () => undefined)
}

test('a key goes to the instance that owns its key group, also where others have taken its place in memory', () => {
  // Those that differ by a multiple of 4,096 share a place.
  const integer = fc.tuple(fc.constantFrom(0, 1, 2, 4_095, -1), fc.integer({ min: -3, max: 3 })).map(([base, times]) => base + 4_096 * times)
  const key = fc.oneof(integer, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.boolean(), fc.constantFrom(-0, 'a', 'b'))
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), fc.integer({ min: 2, max: 7 }), (keys, receivers) => {
      const edge = edgeOf(receivers)
      for (const one of [...keys, ...keys]) expect(edge.targetOfKey(one)).toBe(instanceOfGroup(keyGroup(keyHash(one), 128), receivers, 128))
    }),
    { numRuns: 300 },
  )
})
