/** The arguments of a sample: flags, each true when given, and options with a value. */
import { parseArgs } from 'node:util'

export const BAD_USAGE = 2

interface Known {
  readonly [name: string]: { readonly type: 'boolean' | 'string'; readonly about: string }
}

type Given<K extends Known> = { readonly [N in keyof K]?: K[N]['type'] extends 'boolean' ? boolean : string }

/** What was given, or the exit code after having printed the help or what is wrong. */
export const argumentsOf = <const K extends Known>(sample: string, args: string[], known: K): Given<K> | number => {
  const help = `npm start -- ${sample} [OPTIONS]\n${Object.entries(known)
    .map(([name, { type, about }]) => `  ${`--${name}${type === 'string' ? ' VALUE' : ''}`.padEnd(16)}  ${about}`)
    .join('\n')}`
  const types = Object.fromEntries(Object.entries(known).map(([name, { type }]) => [name, { type }]))
  try {
    const { values } = parseArgs({ args, options: { ...types, help: { type: 'boolean' } } })
    if (values['help'] !== true) return values as Given<K>
    console.log(help)
    return 0
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return BAD_USAGE
  }
}
