/** A table for people: a heading, a rule, numbers to the right. */

/** Text of the rows in columns, the first row being the heading; cells of digits are aligned to the right. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const [heading = [], ...body] = rows
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const isNumber = heading.map((_, column) => body.every((row) => /^[-\d.,]*$/.test(row[column] ?? '')))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (isNumber[column] === true ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  return [line(heading), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(line)].map((text) => `  ${text}`).join('\n')
}
