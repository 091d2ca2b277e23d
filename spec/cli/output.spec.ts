import { afterEach, describe, expect, test, vi } from 'vitest'
import { Output } from '../../lib/cli/output.ts'
import { terminal } from './terminal.ts'

const environment = (given: Record<string, string>): void => {
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'TERM', 'CI', 'COLORTERM']) vi.stubEnv(name, undefined)
  for (const [name, value] of Object.entries({ TERM: 'xterm-256color', ...given })) vi.stubEnv(name, value)
}
afterEach(() => vi.unstubAllEnvs())

const painted = (isTTY: boolean): string => {
  const { stream } = terminal({ isTTY })
  return new Output(stream, stream).paint('red', 'no')
}
const red = '\u001b[31mno\u001b[39m'

describe('colours', () => {
  test.each([
    ['on a terminal', true, {}, red],
    ['not in a file', false, {}, 'no'],
    ['not where NO_COLOR is set', true, { NO_COLOR: '1' }, 'no'],
    ['in a file where FORCE_COLOR is set', false, { FORCE_COLOR: '1' }, red],
    ['not where FORCE_COLOR is 0', true, { FORCE_COLOR: '0' }, 'no'],
    ['not on a dumb terminal', true, { TERM: 'dumb' }, 'no'],
  ])('%s', (_, isTTY, given: Record<string, string>, expected) => {
    environment(given)
    expect(painted(isTTY)).toBe(expected)
  })
})

describe('what is written', () => {
  test('to a terminal replaces the line of the progress', async () => {
    const { stream, written } = terminal({ isTTY: true, columns: 80 })
    const output = new Output(stream, stream)
    output.status('1 record')
    output.note('warning: slow')
    await output.flushed()
    expect(written()).toBe('\r\u001b[K1 record\r\u001b[Kwarning: slow\n')
  })

  test('to a file has nothing but its text', async () => {
    const { stream, written } = terminal({ isTTY: false })
    const output = new Output(stream, stream)
    output.note('warning: slow')
    await output.flushed()
    expect(written()).toBe('warning: slow\n')
  })

  test('as progress is cut to the width of the terminal', async () => {
    const { stream, written } = terminal({ isTTY: true, columns: 10 })
    const output = new Output(stream, stream)
    output.status('running  1,234 records')
    await output.flushed()
    expect(written()).toBe('\r\u001b[Krunning  ')
  })
})
