/** docs/errors.md as text, made from the table that the code itself uses. */
import type { ErrorEntry } from '../../lib/errors.ts'

export const errorsPage = (table: Readonly<Record<string, ErrorEntry>>): string => {
  const entries = Object.entries(table).map(([code, { means, next }]) => `## ${code}\n\n${means}\n\nWhat to do: ${next}\n`)
  return `# Errors

Every error of Millrace is a \`MillraceError\`: its \`code\` is one of these, its \`message\` says what happened, where, and what to do next. \`operatorId\` names the stage, source or sink, \`site\` the line it was written on, \`record\` which record of which split, \`next\` what to do, \`cause\` what was thrown. The command \`millrace\` shows those lines of source. Tell errors apart by \`code\`.

This page is made from \`lib/errors.ts\`: \`UPDATE_DOCS=1 npm run test:quick\` writes it.

${entries.join('\n')}`
}
