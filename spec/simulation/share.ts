/** How much of its many runs a spec makes: all of them, or one in so many where its project says so. */
export const shareOf = (runs: number): number => Math.ceil(runs / Number(process.env['MILLRACE_SPEC_SHARE'] ?? 1))
