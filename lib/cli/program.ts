/** The command line: its commands, their options, and how it says that one of them is wrong. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { hasCode } from '../errors.ts'
import { parseDuration } from './duration.ts'
import type { ExplainArguments } from './explain-command.ts'
import type { Output } from './output.ts'
import type { RunArguments } from './run-command.ts'
import { UsageError } from './usage-error.ts'

const FAILED = 1
const BAD_USAGE = 2

/** Carries out a command line, given without the program's own name. Resolves with the exit code; never rejects. */
export const program = async (args: readonly string[], output: Output): Promise<number> => {
  let code = 0
  const command = millrace(output, (result) => (code = result))
  try {
    await command.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' })
    return code
  } catch (error) {
    return report(error, output)
  }
}

const report = async (error: unknown, output: Output): Promise<number> => {
  // Commander has printed its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_USAGE
  const { failureReport } = await import('./failure-report.ts')
  const isUsage = error instanceof UsageError
  output.note(failureReport(isUsage && hasCode(error.cause) ? error.cause : error, output.paint, process.env['MILLRACE_DEBUG'] !== undefined))
  return isUsage || hasCode(error, 'TOPOLOGY_HAS_NO_MODULE') ? BAD_USAGE : FAILED
}

const millrace = (output: Output, done: (code: number) => void): Command => {
  const command = new Command('millrace')
    .description('Runs and explains stream-processing topologies.')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.print(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error:/, output.paint(['bold', 'red'], 'error:'))),
    })
    .showHelpAfterError('(--help lists commands and options)')
    .addHelpText('after', examples(['millrace run orders.ts', 'millrace explain orders.ts', 'millrace run --help']))
  command
    .command('run')
    .description('run the topology that FILE exports')
    .argument('<FILE>', 'a module whose default export is the topology')
    .addOption(new Option('--slots <N>', 'threads to spread the job over, or auto; 0, its own, unless given').argParser(slotsOrAuto))
    .addOption(new Option('--parallelism <N>', 'instances of each keyed stage').argParser(parallelism))
    .addOption(new Option('--checkpoints <DIR>', 'take checkpoints, kept in this folder'))
    .addOption(new Option('--every <DURATION>', 'time between checkpoints: 50ms, 10s, 1m (10s unless given)').argParser(duration))
    .addOption(new Option('--restore <FROM>', 'latest (unless given), none, or the path of a checkpoint or savepoint'))
    .addOption(new Option('-p, --parameter <NAME=VALUE>', 'a parameter of the topology; repeat it for more').argParser(parameterValue))
    .addOption(new Option('--quiet', 'print warnings and failures only'))
    .addHelpText(
      'after',
      examples([
        'millrace run orders.ts',
        'millrace run orders.ts -p input=orders.csv -p limit=100',
        'millrace run orders.ts --checkpoints ./checkpoints --every 10s',
        'millrace run orders.ts --parallelism 4 --slots auto',
        'millrace run orders.ts --checkpoints ./checkpoints --restore none',
      ]) + endings,
    )
    .action(async (file: string, given: RunArguments) => {
      const { runCommand } = await import('./run-command.ts')
      done(await runCommand(file, given, output))
    })
  command
    .command('explain')
    .description('print what would run, without running it')
    .argument('<FILE>', 'a module whose default export is the topology')
    .addOption(new Option('--format <FORMAT>', 'how to print it').choices(['text', 'mermaid', 'json']).default('text'))
    .addOption(new Option('--parallelism <N>', 'instances of each keyed stage').argParser(parallelism))
    .addOption(new Option('--slots <N>', 'threads to spread it over; 0 unless given').argParser(slots))
    .addHelpText('after', examples(['millrace explain orders.ts', 'millrace explain orders.ts --format mermaid --parallelism 4', 'millrace explain orders.ts --parallelism 4 --slots 2']))
    .action(async (file: string, given: ExplainArguments) => {
      const { explainCommand } = await import('./explain-command.ts')
      done(await explainCommand(file, given, output))
    })
  return command
}

const examples = (lines: readonly string[]): string => `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`

const endings = `

Exit codes:
  0  the job finished
  1  the job failed, or its topology is wrong
  2  the command line is wrong
  130, 143  stopped by SIGINT (Ctrl-C), SIGTERM; a second one ends it at once
  141  nobody reads its standard output any more`

const slotsOrAuto = (text: string): number | 'auto' => (text === 'auto' ? text : slots(text))

const slots = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number, 0 or more.')
}

const parallelism = (text: string): number => {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number, 1 or more.')
}

const duration = (text: string): number => {
  const ms = parseDuration(text)
  if (ms === null) throw new InvalidArgumentError('Expected a duration such as 50ms, 10s or 1m.')
  return ms
}

const parameterValue = (text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Expected name=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

const version = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  return version
}
