/** What threads of this process have to know of it. */
import { availableParallelism } from 'node:os'

/** Cores that this process may use. */
export const cores = (): number => availableParallelism()

/** The condition under which sources import each other by the package's name. */
const SOURCE = '--conditions=@millrace/source'

/** Options that say how modules are found and loaded. Those of V8 hold for all threads anyway, and a Worker that is given one is refused. */
const ofModules = /^(-C|-r|--(conditions|import|require|loader|preserve-symlinks|enable-source-maps|no-warnings|disable-warning|experimental-[a-z-]+))(=|$)/

/** Arguments of Node for a thread that runs `module`, a URL: what this process was given of those that concern modules. */
export const threadArguments = (module: string, own: readonly string[] = process.execArgv): string[] => {
  const kept = own.filter((argument, at) => ofModules.test(argument) || (!argument.startsWith('-') && at > 0 && ofModules.test(own[at - 1]!)))
  return module.endsWith('.ts') && !kept.includes(SOURCE) ? [...kept, SOURCE] : kept
}
