/** What threads of this process have to know of it. */
import { availableParallelism } from 'node:os'

/** Cores that this process may use. */
export const cores = (): number => availableParallelism()

/** The condition under which sources import each other by the package's name. */
const SOURCE = '--conditions=@millrace/source'

/** Arguments of Node for a thread that runs `module`, a URL: those of this process, but for what writes a file or waits for a debugger. */
export const threadArguments = (module: string): string[] => {
  const own = process.execArgv.filter((argument) => !/^--(cpu-prof|heap-prof|inspect)/.test(argument))
  return module.endsWith('.ts') && !own.includes(SOURCE) ? [...own, SOURCE] : own
}
