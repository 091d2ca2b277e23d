/** The public names of `millrace/testing`. */
export { verifyOperator } from './testing/verify-operator.ts'
export type { VerifyOptions } from './testing/verify-operator.ts'
