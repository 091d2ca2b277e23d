/** What may part the cells of a CSV file. */

export const delimiterWants = 'one ASCII character that is not a quote, a letter, a digit, a sign, a point or a line end'

/** Characters of numbers and words are refused: cells are written without quotes where they hold no delimiter. */
export const isDelimiter = (value: unknown): boolean => typeof value === 'string' && /^[\t !#$%&'()*,/:;<=>?@[\\\]^_`{|}~]$/.test(value)
