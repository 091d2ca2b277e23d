#!/usr/bin/env node
/** The command `millrace`. Exit codes: 0 finished, 1 the job failed, 2 bad usage, 128 + n ended by signal n (141: as by SIGPIPE). */
import { enableCompileCache } from 'node:module'

// Before anything else is loaded: what an earlier start has compiled is not compiled again.
enableCompileCache()

const [{ program }, { Output }] = await Promise.all([import('./program.ts'), import('./output.ts')])
const output = new Output(process.stdout, process.stderr)
const code = await program(process.argv.slice(2), output)
await output.flushed()
// A topology's module may have left timers or sockets behind.
process.exit(code)
