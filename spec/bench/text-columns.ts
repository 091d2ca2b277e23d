/** A table for a terminal: the first column to the left, the others to the right. */

export const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const padded = (cell: string, column: number): string => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))
  return rows.map((row) => row.map(padded).join('  ').trimEnd()).join('\n')
}
