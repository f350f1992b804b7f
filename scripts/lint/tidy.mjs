// The second compiler, with its own idea of a warning, and clang-tidy: both in one pass over each .cpp under src/ and app/,
// the compiler alone over tests/; as many at once as there are cores. Where many have changed, those that the build compiles
// at once are read at once too: the headers are most of the work. What was clean and has not changed since is not looked
// at again: a file's key is the digest of itself, of all our headers that it includes, of .clang-tidy and of the versions of
// the tools and libraries. The keys are kept beside ccache's cache, so clones share them.

import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { report, sources } from './files.mjs'

const kCache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'grtc-lint')
const kBuild = 'build/clang'
const kUnityBuild = 'build/tidy'
/** So many files, and they are read several at once: by themselves each also shows whether it has the headers it needs. */
const kMany = 60
const kPackages = ['clang-tidy-14', 'libboost1.81-dev', 'libsimdjson-dev', 'libspdlog-dev', 'libfmt-dev', 'prometheus-cpp-dev', 'libstdc++-12-dev']

const read = new Map()
const textOf = (file) => read.get(file) ?? read.set(file, readFileSync(file, 'utf8')).get(file)

/** `file` and all of our files that it includes, directly or not. */
function withIncludes(file, found = new Set()) {
  if (found.has(file) || !existsSync(file)) return found
  found.add(file)
  for (const [, name] of textOf(file).matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) withIncludes(`src/${name}`, found)
  return found
}

const commandsOf = (build) => JSON.parse(readFileSync(`${build}/compile_commands.json`, 'utf8')).map((entry) => ({ ...entry, build, source: path.relative('.', entry.file) }))
const commands = new Map(commandsOf(kBuild).map((entry) => [entry.source, entry]))

const common = ['.clang-tidy', 'CMakeLists.txt', 'cmake/GrtcTargets.cmake'].map(textOf).join('\0') +
  execFileSync('dpkg-query', ['-W', '-f', '${Package} ${Version}\n', ...kPackages])

function keyOf(file) {
  const hash = createHash('sha256').update(common)
  for (const one of [...withIncludes(file)].sort()) hash.update(`\0${one}\0${textOf(one)}`)
  return hash.digest('hex')
}

/** The compiler's warnings are among clang-tidy's checks (clang-diagnostic-*). */
function look({ command, directory, build, source, files }) {
  return new Promise((resolve) => {
    const child = files[0].startsWith('tests/')
      ? spawn(`exec ${command.replace(/^\S*ccache /, '').replace(/ -o \S+/, '')} -fsyntax-only`, { cwd: directory, shell: true, stdio: ['ignore', 'ignore', 'pipe'] })
      : spawn('clang-tidy-14', ['-p', build, '--quiet', source], { stdio: ['ignore', 'pipe', 'ignore'] })
    let output = ''
    ;(child.stdout ?? child.stderr).setEncoding('utf8').on('data', (chunk) => (output += chunk))
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** What is compiled at once of all that has a file of these; what is compiled alone is as it is. */
function together(wanted) {
  execFileSync('cmake', ['--preset', 'tidy'], { stdio: 'ignore' })
  const filesOf = ({ source }) => path.basename(source).startsWith('unity_')
    ? [...readFileSync(source, 'utf8').matchAll(/^#include "([^"]+)"/gm)].map(([, file]) => path.relative('.', file))
    : [source]
  return commandsOf(kUnityBuild).map((entry) => ({ ...entry, files: filesOf(entry) })).filter(({ files }) => files.some((file) => wanted.has(file)))
}

mkdirSync(kCache, { recursive: true })
const changed = new Set(sources('src', 'app', 'tests').filter((file) => commands.has(file) && !existsSync(path.join(kCache, keyOf(file)))))
console.log(`${changed.size} files have changed since they were clean`)
const todo = changed.size > kMany ? together(changed) : [...changed].map((file) => ({ ...commands.get(file), files: [file] }))

const complaints = []
async function worker() {
  for (let one = todo.shift(); one; one = todo.shift()) {
    const start = Date.now()
    const { code, output } = await look(one)
    if (code === 0) for (const file of one.files) writeFileSync(path.join(kCache, keyOf(file)), '')
    else complaints.push(output.trim() || `${one.files.join(', ')}: clang ended with ${code}`)
    console.log(`${one.files.join(', ')} (${((Date.now() - start) / 1000).toFixed(1)} s)${code === 0 ? '' : ': see below'}`)
  }
}
await Promise.all(Array.from({ length: os.cpus().length }, worker))
report(complaints)
