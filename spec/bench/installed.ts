/** The package as a user has it: built, in the node_modules of a project of its own, beside what it depends on. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { succeeds, tsc } from '../tools/step.ts'
import { root } from '../tools/markdown.ts'

/** Builds it into `project`, an empty folder, and returns the path of its command. @throws when the build fails */
export const install = (project: string): string => {
  const modules = join(project, 'node_modules')
  const home = join(modules, 'millrace')
  mkdirSync(home, { recursive: true })
  if (!succeeds(tsc, ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(home, 'dist')])) throw new Error('the build failed')
  cpSync(join(root, 'package.json'), join(home, 'package.json'))
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> }
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction')
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  return join(home, 'dist/cli/main.js')
}
