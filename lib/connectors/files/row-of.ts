/** The record type that a schema text describes, read by the compiler; `schema.ts` reads the same text at run time. */

export interface ColumnTypes {
  readonly INT: number
  readonly BIGINT: bigint
  readonly DOUBLE: number
  readonly DECIMAL: string
  readonly BOOLEAN: boolean
  readonly STRING: string
  /** Epoch milliseconds. */
  readonly TIMESTAMP: number
  /** Epoch milliseconds at 00:00 UTC. */
  readonly DATE: number
  /** Milliseconds of the day. */
  readonly TIME: number
  readonly BYTES: Uint8Array
}

type Space = ' ' | '\n' | '\t' | '\r'
type Trim<S extends string> = S extends `${Space}${infer R}` | `${infer R}${Space}` ? Trim<R> : S
type Upper<S extends string> = Uppercase<Trim<S>>
/** DECIMAL(10, 2) has a comma that parts no columns. */
type WithoutDigits<S extends string> = S extends `${infer Before}(${string})${infer After}`
  ? Upper<Before> extends `${string}DECIMAL`
    ? `${Before}${WithoutDigits<After>}`
    : S
  : S
type Column<S extends string> =
  Trim<S> extends `${infer Name} ${infer Type}`
    ? Upper<Type> extends `${infer T} NOT NULL`
      ? Trim<T> extends keyof ColumnTypes
        ? { [N in Name]: ColumnTypes[Trim<T>] }
        : `unknown column type: ${T}`
      : Upper<Type> extends keyof ColumnTypes
        ? { [N in Name]: ColumnTypes[Upper<Type>] | null }
        : `unknown column type: ${Type}`
    : `expected 'name TYPE', got: ${S}`
type Columns<S extends string> = S extends `${infer A},${infer B}` ? [Column<A>, ...Columns<B>] : [Column<S>]
type Fault<C extends unknown[]> = Extract<C[number], string>
type Merge<C extends unknown[]> = C extends [infer A, ...infer B] ? A & Merge<B> : unknown
type Flat<R> = { [F in keyof R]: R[F] }

/**
 * The record of a schema text: `RowOf<'id INT NOT NULL, name STRING'>` is `{ id: number; name: string | null }`.
 * A text known only at run time gives records of unknown cells.
 */
export type RowOf<S extends string> = string extends S ? Record<string, unknown> : Flat<Merge<Columns<WithoutDigits<S>>>>

/** The text itself where it can be read, else the message that the compiler shows for it. */
export type CheckedSchema<S extends string> = string extends S
  ? S
  : [Fault<Columns<WithoutDigits<S>>>] extends [never]
    ? S
    : Fault<Columns<WithoutDigits<S>>>
