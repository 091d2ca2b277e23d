/** Dates and times of day as ISO 8601 writes them, from ASCII bytes; numbers of milliseconds, NaN where the bytes are none. */

const dayMs = 86_400_000
const [minus, plus, colon, point, comma, zero, T, t, Z, z, space] = [45, 43, 58, 46, 44, 48, 84, 116, 90, 122, 32] as const

const digits = (bytes: Uint8Array, from: number, count: number): number => {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = bytes[i]! - zero
    if (!(digit >= 0 && digit <= 9)) return NaN
    value = value * 10 + digit
  }
  return value
}

/** `YYYY-MM-DD` as epoch milliseconds at 00:00 UTC. */
export const parseDate = (bytes: Uint8Array, from: number, to: number): number => {
  if (to - from !== 10 || bytes[from + 4] !== minus || bytes[from + 7] !== minus) return NaN
  const [year, month, day] = [digits(bytes, from, 4), digits(bytes, from + 5, 2), digits(bytes, from + 8, 2)]
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return NaN
  return daysFromEpoch(year, month, day) * dayMs
}

const daysIn = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Howard Hinnant's days_from_civil ("chrono-Compatible Low-Level Date Algorithms"): years begin in March, in eras of 400. */
const daysFromEpoch = (civilYear: number, month: number, day: number): number => {
  const year = month <= 2 ? civilYear - 1 : civilYear
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff…` as milliseconds of the day; what is finer than a millisecond is cut off. */
export const parseTime = (bytes: Uint8Array, from: number, to: number): number => {
  const [hour, minute] = [digits(bytes, from, 2), digits(bytes, from + 3, 2)]
  if (to - from < 5 || bytes[from + 2] !== colon || !(hour < 24 && minute < 60)) return NaN
  const minutes = hour * 60 + minute
  if (to - from === 5) return minutes * 60_000
  const second = digits(bytes, from + 6, 2)
  if (to - from < 8 || bytes[from + 5] !== colon || !(second < 60)) return NaN
  const seconds = minutes * 60 + second
  if (to - from === 8) return seconds * 1000
  if ((bytes[from + 8] !== point && bytes[from + 8] !== comma) || to - from < 10) return NaN
  let fraction = 0
  for (let i = from + 9, weight = 100; i < to; i++, weight /= 10) {
    const digit = digits(bytes, i, 1)
    if (digit !== digit) return NaN
    if (weight >= 1) fraction += digit * weight
  }
  return seconds * 1000 + fraction
}

/** A date, or date and time with `T` or a space between and `Z`, `±HH:MM`, `±HHMM`, `±HH` or nothing (UTC) behind; epoch ms. */
export const parseInstant = (bytes: Uint8Array, from: number, to: number): number => {
  if (to - from <= 10) return parseDate(bytes, from, to)
  const separator = bytes[from + 10]
  if (separator !== T && separator !== t && separator !== space) return NaN
  let end = from + 11
  while (end < to && !isZoneStart(bytes[end]!)) end++
  return parseDate(bytes, from, from + 10) + parseTime(bytes, from + 11, end) - parseZone(bytes, end, to)
}

const isZoneStart = (byte: number): boolean => byte === Z || byte === z || byte === plus || byte === minus

const parseZone = (bytes: Uint8Array, from: number, to: number): number => {
  const length = to - from
  if (length === 0) return 0
  if (bytes[from] === Z || bytes[from] === z) return length === 1 ? 0 : NaN
  const hours = digits(bytes, from + 1, 2)
  const minutes =
    length === 3
      ? 0
      : length === 5
        ? digits(bytes, from + 3, 2)
        : length === 6 && bytes[from + 3] === colon
          ? digits(bytes, from + 4, 2)
          : NaN
  if (!(hours < 24 && minutes < 60)) return NaN
  return (bytes[from] === minus ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
