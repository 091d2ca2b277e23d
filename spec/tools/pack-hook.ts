/**
 * `pack-hook.ts before|after`, run by npm around packing: takes the condition `@millrace/source` out of package.json, and puts it back. It
 * points at sources that no tarball holds, and would break whoever develops a package of their own under the same condition.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

const MANIFEST = 'package.json'
/** The repository's own, while the published one is in its place. */
const KEPT = 'package.json.repository'
const SOURCE = '@millrace/source'

interface Manifest {
  readonly exports: Readonly<Record<string, object>>
}

const publishedFrom = (text: string): string => {
  const manifest = JSON.parse(text) as Manifest
  const withoutSource = (targets: object): object => Object.fromEntries(Object.entries(targets).filter(([condition]) => condition !== SOURCE))
  const exports = Object.entries(manifest.exports).map(([path, targets]) => [path, withoutSource(targets)])
  return `${JSON.stringify({ ...manifest, exports: Object.fromEntries(exports) }, null, 2)}\n`
}

// Before as well: a pack that was killed has left the published one.
if (existsSync(KEPT)) renameSync(KEPT, MANIFEST)
if (process.argv[2] === 'before') {
  const text = readFileSync(MANIFEST, 'utf8')
  writeFileSync(KEPT, text)
  writeFileSync(MANIFEST, publishedFrom(text))
}
