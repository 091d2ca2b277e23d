import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { realEnv } from '../../lib/env/real.ts'

const env = realEnv()
const hasProc = existsSync('/proc/self/stat')
const me = JSON.parse(env.holder) as { pid: number; start: string | null; host: string; since: string }
const holder = (change: Partial<typeof me>): string => JSON.stringify({ ...me, ...change })

afterEach(() => void vi.useRealTimers())

describe('the holder of a lock', () => {
  it('names pid, start, host and since', () => {
    expect(me).toEqual({ pid: process.pid, start: hasProc ? expect.stringMatching(/^\d+$/) : null, host: expect.any(String), since: expect.stringMatching(/^\d{4}-.*Z$/) })
  })

  it('is alive while it is this process', () => {
    expect(env.isAlive(env.holder)).toBe(true)
    expect(realEnv().isAlive(env.holder)).toBe(true)
  })

  it('is alive on another host, which cannot be looked at', () => {
    expect(env.isAlive(holder({ host: `not-${me.host}`, pid: 2 ** 30 }))).toBe(true)
  })

  it('is dead where no process has its pid', () => {
    expect(env.isAlive(holder({ pid: 2 ** 30 }))).toBe(false)
  })

  it('is not asked of a pid that means a group of processes', () => {
    expect(env.isAlive(holder({ pid: 0 }))).toBe(false)
    expect(env.isAlive(holder({ pid: -1 }))).toBe(false)
  })

  it.runIf(hasProc)('is dead when its pid, this one even, started at another time', () => {
    expect(env.isAlive(holder({ start: String(Number(me.start) - 1) }))).toBe(false)
  })

  it.runIf(hasProc)('is dead while it is a zombie', async () => {
    // The shell starts a child, tells its pid, and becomes a program that never waits for it; then the child ends.
    const parent = spawn('sh', ['-c', 'exec 3<&0; cat <&3 >/dev/null & echo $!; exec sleep 60'], { stdio: ['pipe', 'pipe', 'ignore'] })
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer]
      const pid = Number(line.toString())
      const wait = { timeout: 5000, interval: 2 }
      await vi.waitUntil(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n', wait)
      const start = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21]!
      await vi.waitUntil(() => env.isAlive(holder({ pid, start })), wait)
      parent.stdin.end()
      await vi.waitUntil(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(' Z '), wait)
      expect(env.isAlive(holder({ pid, start }))).toBe(false)
    } finally {
      parent.kill('SIGKILL')
      await once(parent, 'close')
    }
  })

  it.for(['', 'no JSON', 'null', '7', '{}', '{"pid":"1"}', '[]'])('is dead where its text is %j', (text) => {
    expect(env.isAlive(text)).toBe(false)
  })
})

describe('the scheduler', () => {
  it('takes longer waits than a timer of Node can', () => {
    vi.useFakeTimers()
    const wake = vi.fn<() => void>()
    env.scheduler.after(2 ** 32, wake)
    vi.advanceTimersByTime(2 ** 32 - 1)
    expect(wake).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(wake).toHaveBeenCalledOnce()
  })

  it('does not wake after it was cancelled, in a later link of a long wait either', () => {
    vi.useFakeTimers()
    const wake = vi.fn<() => void>()
    const cancel = env.scheduler.after(2 ** 32, wake)
    vi.advanceTimersByTime(2 ** 31 + 5)
    cancel()
    vi.advanceTimersByTime(2 ** 33)
    expect(wake).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('never wakes too early', async () => {
    for (const ms of [0.1, 0.9, 1.5, 2.2]) {
      const since = env.clock.monotonic()
      await new Promise<void>((wake) => void env.scheduler.after(ms, wake))
      expect(env.clock.monotonic() - since).toBeGreaterThanOrEqual(ms)
    }
  })

  it('lets the event loop run between two turns', async () => {
    const order: string[] = []
    await new Promise<void>((done) => {
      env.scheduler.soon(() => (order.push('soon'), done()))
      queueMicrotask(() => order.push('microtask'))
    })
    expect(order).toEqual(['microtask', 'soon'])
  })

  it('asks a loop to yield after 8 ms', () => {
    vi.useFakeTimers()
    const since = env.clock.monotonic()
    expect(env.scheduler.shouldYield(since)).toBe(false)
    vi.advanceTimersByTime(8)
    expect(env.scheduler.shouldYield(since)).toBe(true)
  })

  it('picks the first', () => expect(env.scheduler.pick(5)).toBe(0))
})
