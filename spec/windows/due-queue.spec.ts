import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DueQueue, type DueItem } from '../../lib/windows/due-queue.ts'

const item = (dueEnd: number, dueStart: number, dueSeq: number): DueItem => ({ dueEnd, dueStart, dueSeq, place: 0 })

const small = fc.integer({ min: 0, max: 4 })

test('items come by end, start and arrival, whatever was moved or removed', () => {
  const actions = fc.array(fc.tuple(fc.constantFrom('push', 'push', 'move', 'remove', 'take'), small, small, fc.nat()), { maxLength: 60 })
  fc.assert(
    fc.property(actions, (all) => {
      const queue = new DueQueue<DueItem>()
      const model: DueItem[] = []
      const ordered = (): DueItem[] => model.sort((a, b) => a.dueEnd - b.dueEnd || a.dueStart - b.dueStart || a.dueSeq - b.dueSeq)
      for (const [i, [action, end, start, which]] of all.entries()) {
        const chosen = model[which % model.length]
        if (action === 'push') {
          const pushed = item(end, start, i)
          model.push(pushed)
          queue.push(pushed)
        } else if (chosen === undefined) continue
        else if (action === 'move') {
          chosen.dueEnd = end
          chosen.dueStart = start
          queue.moved(chosen)
        } else {
          const removed = action === 'remove' ? chosen : queue.first()!
          model.splice(model.indexOf(removed), 1)
          queue.remove(removed)
        }
        expect(queue.first()).toBe(ordered()[0])
        expect(queue.size).toBe(model.length)
      }
    }),
  )
})
