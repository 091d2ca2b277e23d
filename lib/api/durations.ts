/** Durations are plain numbers of milliseconds; these say so in words. */

/** @example millis(250) // 250 */
export const millis = (n: number): number => n
/** @example seconds(5) // 5000 */
export const seconds = (n: number): number => n * 1_000
/** @example minutes(1) // 60000 */
export const minutes = (n: number): number => n * 60_000
/** @example hours(1) // 3600000 */
export const hours = (n: number): number => n * 3_600_000
/** @example days(1) // 86400000 */
export const days = (n: number): number => n * 86_400_000
