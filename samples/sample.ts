/** What each sample's main.ts exports. */

export interface Sample {
  /** One line, for `--list`. */
  readonly description: string
  /** Plays the sample. Resolves with the exit code. */
  readonly main: (args: string[]) => Promise<number>
}
