/** What connectors have to say when they close, wherever their thread is: a file each, in a folder that the run is told. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `kind`-`instance`.json. */
export const handOver = (folder: string, kind: string, instance: string | number, what: object): void =>
  writeFileSync(join(folder, `${kind}-${instance}.json`), JSON.stringify(what))

/** Of all instances. */
export const handedOver = <T>(folder: string, kind: string): readonly T[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-`))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T)
