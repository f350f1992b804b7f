// Interleaved runs, and what they say: ours, the references, ours, ...; each round gives one ratio to each reference,
// so what slows the machine down for a while slows both sides of a ratio.

import { progress } from './progress.mjs'

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Median and both ends of `values`. */
export const summary = (values) => ({ median: median(values), min: Math.min(...values), max: Math.max(...values) })

/** Runs `measure(server)` for each server, `runs` times around. @return what it gave, by server, by round */
export async function takeRounds(servers, runs, measure) {
  const taken = servers.map(() => [])
  for (let round = 0; round < runs; ++round) {
    for (const [index, server] of servers.entries()) {
      progress(`round ${round + 1} of ${runs}: ${server.name}`)
      taken[index].push(await measure(server))
    }
  }
  progress()
  return taken
}

/** One figure of what takeRounds() gave: the number `value` of each run, and the medians of those in `more`.
 *  @return for each server `{name, version, runs, value: summary, ratio: summary of ours / its, more}` */
export function rowsOf(servers, taken, value, more = []) {
  return servers.map(({ name, version }, index) => {
    const runs = taken[index].map((run) => run[value])
    return {
      name,
      version,
      runs,
      value: summary(runs),
      ...(index > 0 && { ratio: summary(runs.map((its, round) => taken[0][round][value] / its)) }),
      more: Object.fromEntries(more.map((key) => [key, median(taken[index].map((run) => run[key]))])),
    }
  })
}

/** The usual case: `measure` gives `{value, ...more}`, and that is the figure. */
export async function interleave(servers, runs, measure) {
  const taken = await takeRounds(servers, runs, measure)
  return rowsOf(servers, taken, 'value', Object.keys(taken[0][0]).filter((key) => key !== 'value'))
}
