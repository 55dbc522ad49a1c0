// Figures of a noisy machine: two candidates are measured in turns of a fraction of a second, and compared turn by turn, so
// that whatever else runs there slows both. A ratio is printed with the middle half of its turns.

export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * part)]
}

export const median = (values) => quantile(values, 0.5)

export const number = (value) => value.toFixed(1).padStart(7)

export function row(name, text) {
  console.log(`  ${name.padEnd(34)} ${text}`)
}

/** @param values one for each turn */
export function ratio(name, values, target) {
  if (values.length === 0) return row(name, `   not known: every turn was disturbed  (${target})`)
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(values, part).toFixed(2))
  row(name, `${middle.padStart(6)} x  [${low} … ${high}, ${values.length} turns]  (${target})`)
}

/** Leaves out the turns in which the yardstick itself was disturbed, and says how many and why. */
export function undisturbed(turns, isDisturbed, criterion) {
  const kept = turns.filter((turn) => !isDisturbed(turn))
  if (kept.length < turns.length)
    row('left out', `${turns.length - kept.length} of ${turns.length} turns: ${criterion}`)
  return kept
}
