// Holds a process to a part of one core, as on a machine of its own that is much slower.

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const kPeriodUs = 20_000
const kFirst = '/sys/fs/cgroup/cpu'
const kSecond = '/sys/fs/cgroup'

/** The folder and the lines of either version of control groups; null: this system or user has none for us. */
function limitsOf(name, quota) {
  if (existsSync(path.join(kFirst, 'cpu.cfs_quota_us'))) {
    return { folder: path.join(kFirst, name), lines: { 'cpu.cfs_period_us': kPeriodUs, 'cpu.cfs_quota_us': quota } }
  }
  const handedDown = path.join(kSecond, 'cgroup.subtree_control')
  if (!existsSync(handedDown) || !readFileSync(handedDown, 'utf8').trim().split(' ').includes('cpu')) return null
  return { folder: path.join(kSecond, name), lines: { 'cpu.max': `${quota} ${kPeriodUs}` } }
}

export const canHold = () => process.getuid() === 0 && limitsOf('', 0) !== null

/** @param {number} pid
 *  @param {number} cores  0.2: a fifth of one
 *  @return {() => void} to be called when the process has ended */
export function holdTo(pid, cores) {
  const { folder, lines } = limitsOf(`grtc-bench-${pid}`, Math.round(cores * kPeriodUs))
  mkdirSync(folder)
  for (const [file, line] of Object.entries(lines)) writeFileSync(path.join(folder, file), String(line))
  writeFileSync(path.join(folder, 'cgroup.procs'), String(pid))
  return () => rmdirSync(folder)
}
