/** `npm start`: plays a sample, `quakes` unless another is named. Arguments after the name are the sample's own. */
import type { Sample } from './sample.ts'

const samples: Readonly<Record<string, () => Promise<Sample>>> = {
  quakes: () => import('./quakes/main.ts'),
  introduction: () => import('./introduction/main.ts'),
}
const BAD_USAGE = 2

const list = async (): Promise<number> => {
  const width = Math.max(...Object.keys(samples).map((name) => name.length))
  for (const [name, load] of Object.entries(samples)) console.log(`${name.padEnd(width)}  ${(await load()).description}`)
  console.log('\nPlay one with: npm start -- NAME [its options, such as --help]')
  return 0
}

const start = async (args: string[]): Promise<number> => {
  if (args[0] === '--list') return list()
  const [name = 'quakes', ...rest] = args[0]?.startsWith('-') === true ? ['quakes', ...args] : args
  const load = Object.hasOwn(samples, name) ? samples[name] : undefined
  if (load !== undefined) return (await load()).main(rest)
  console.error(`There is no sample '${name}'. There are: ${Object.keys(samples).join(', ')}.`)
  return BAD_USAGE
}

process.exitCode = await start(process.argv.slice(2))
