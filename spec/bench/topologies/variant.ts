/** Modules of topologies that come in variants: the variant is the query of the module's URL, which every thread that imports it sees. */
import type { Topology } from 'millrace'

export type Variant = Readonly<Record<string, string | number>>

/** The default export of a module. */
export const variantOf = async (module: URL, variant: Variant): Promise<Topology> => {
  const url = new URL(module)
  for (const [name, value] of Object.entries(variant)) url.searchParams.set(name, String(value))
  return ((await import(url.href)) as { readonly default: Topology }).default
}

/** @throws where the module was imported without it */
export const asked = ({ url }: ImportMeta, name: string): string => {
  const value = new URL(url).searchParams.get(name)
  if (value === null) throw new Error(`${url} has no ${name} in its query`)
  return value
}
