// What a figure depends on besides the programs: the machine, what else runs on it, and who gets which core.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'

/** Above this something else takes part in the measurement. */
const kBusyLoad = 1

const hasTaskset = existsSync('/usr/bin/taskset')

export function machine() {
  return { cpu: os.cpus()[0]?.model ?? 'unknown', cores: os.cpus().length, kernel: os.release(), load: os.loadavg()[0] }
}

/** Sentences for people about what makes the figures less sure; `load` as it was before the measurement. */
export function warnings(load = os.loadavg()[0]) {
  const { cores } = machine()
  const all = []
  if (load > kBusyLoad) all.push(`the machine is busy (load average ${load.toFixed(1)}): the figures are preliminary`)
  if (cores < 2) all.push('one core: server and generator share it')
  else if (!hasTaskset) all.push('no taskset: server and generator move between the cores')
  return all
}

/** `command` held to the given cores, where there are that many; else as it is. */
export function onCores(cores, command) {
  if (!hasTaskset || Math.max(...cores) >= os.cpus().length) return command
  return ['/usr/bin/taskset', '-c', cores.join(','), ...command]
}

/** Of the two cores that are used everywhere: the server's and the generator's. */
export const kServerCore = [0]
export const kGeneratorCore = [1]

/** First line of what `command` prints, or `null` when it can't be run. */
export function firstLine(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0].trim()
  } catch (error) {
    return error.stdout?.split('\n')[0].trim() || null  // `wrk --version` ends with 1
  }
}

/** Bytes of memory that a process has resident. */
export const residentBytes = (pid) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024

/** Seconds of processor time, user and system, that a process and its ended children's have taken so far. */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100  // USER_HZ is 100 on Linux, whatever the kernel's own tick
}
