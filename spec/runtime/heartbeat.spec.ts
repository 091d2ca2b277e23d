/** What tells a thread that hangs from one that has nothing to do. */
import { expect, test } from 'vitest'
import { Pulse, Watch } from '../../lib/runtime/heartbeat.ts'

const watched = () => {
  const pulse = new Pulse()
  const reports: { holder: number; ms: number }[] = []
  return { there: new Pulse(pulse.shared), watch: new Watch(pulse, 100, (holder, ms) => reports.push({ holder, ms })), reports }
}

test('a thread that beats is left alone, however long', () => {
  const { there, watch, reports } = watched()
  for (let now = 0; now < 10_000; now += 50) {
    there.beat()
    watch.look(now)
  }
  expect(reports).toEqual([])
})

test('one that has stopped is reported once, with the actor that has it', () => {
  const { there, watch, reports } = watched()
  there.beat()
  there.hold(3)
  for (let now = 0; now < 1_000; now += 50) watch.look(now)
  expect(reports).toEqual([{ holder: 3, ms: 100 }])
})

test('one that beats again and stops again is reported again', () => {
  const { there, watch, reports } = watched()
  watch.look(0)
  watch.look(100)
  there.beat()
  watch.look(150)
  watch.look(200)
  watch.look(250)
  expect(reports.map(({ ms }) => ms)).toEqual([100, 100])
})
