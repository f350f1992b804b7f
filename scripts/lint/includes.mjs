// Holds each folder's #include lines to what CMakeLists.txt lets it use, and heavy headers to .cpp files.
// The compiler can't: what lies in /usr/include is found from everywhere.

import { readFileSync } from 'node:fs'
import { sources, report } from './files.mjs'

/** What a linked library brings, as the start of an include. */
const kBrings = {
  'asio': ['boost/asio', 'boost/beast'],
  'fmt::fmt': ['fmt/'],
  'spdlog::spdlog': ['spdlog/'],
  'simdjson::simdjson': ['simdjson.h'],
  'OpenSSL::Crypto': ['openssl/'],
  'OpenSSL::SSL': ['openssl/'],
  'prometheus-cpp::core': ['prometheus/'],
  'CLI11::CLI11': ['CLI/'],
  'SQLite::SQLite3': ['sqlite3.h'],
  'hiredis': ['hiredis/'],
  'libpq': ['libpq-fe.h'],
}
/** A result, an assertion, a list, vector instructions: no I/O, little to compile. */
const kForAll = ['boost/system/', 'boost/assert', 'boost/intrusive/', 'emmintrin.h']
/** They take seconds to compile, so they stay behind a small type of ours. */
const kHeavy = /^(boost\/beast|simdjson\.h|sqlite3\.h|spdlog\/|prometheus\/|hiredis|CLI\/)/
const kPosix = /^(sys\/|netinet\/|arpa\/|net\/if|linux\/|(unistd|fcntl|poll|signal|netdb|dlfcn|pthread|sched|errno|time|malloc|dirent)\.h$)/
/** Where the operating system is met. Everything else is portable C++. */
const kMeetsTheSystem = ['net', 'redis', 'http', 'ops', 'items/sqlite', 'bench', 'app']
/** Files elsewhere that do: sessions are written whole or not at all, which streams can't promise; a library is loaded. */
const kFilesThatDo = ['src/items/postgres/libpq.cpp', 'src/signalling/saved_file.cpp', 'src/signalling/session_file.cpp', 'src/signalling/letter_file.cpp']
/** The core has no I/O, no thread and no clock of its own: time and randomness are passed in. */
const kNotInCore = /^(iostream|fstream|filesystem|thread|mutex|shared_mutex|condition_variable|future|random|cstdio|csignal)$/
const kClockInCore = /(steady|system|high_resolution)_clock::now|\btime\(nullptr\)|random_device/

/** CMakeLists.txt's own words: folder → the folders and libraries that it may use. */
function allowances() {
  const allowed = new Map()
  const text = readFileSync('CMakeLists.txt', 'utf8')
  for (const [, call, args] of text.matchAll(/grtc_(library|program)\(([^)]*)\)/g)) {
    const words = args.split(/\s+/).filter((word) => word && word !== 'DEPS')
    if (call === 'program') words.shift()
    allowed.set(words[0], words.slice(1))
  }
  return allowed
}

/** `src/items/sqlite/store.cpp` → `items/sqlite`; `app/main.cpp` → `app`. */
function folderOf(file, allowed) {
  const path = file.replace(/^src\//, '').replace(/\/[^/]*$/, '')
  return [...allowed.keys()].filter((folder) => path === folder || path.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)[0]
}

function complaint(folder, uses, { file, quoted, path }) {
  if (quoted) {
    const other = folderOf(`src/${path}`, allowed) ?? path
    if (other !== folder && !uses.includes(other)) return `${folder} may not use ${other} (CMakeLists.txt says what it may)`
    return null
  }
  if (file.endsWith('.hpp') && kHeavy.test(path)) return 'is heavy: include it in .cpp files only'
  if (folder === 'core' && kNotInCore.test(path)) return 'has no place in the core: no I/O, thread or clock there'
  if (kForAll.some((start) => path.startsWith(start))) return null
  if (kPosix.test(path)) {
    if (kMeetsTheSystem.includes(folder) || kFilesThatDo.includes(file)) return null
    return `${folder} does not meet the system: only ${kMeetsTheSystem.join(', ')} do`
  }
  if (!path.includes('/') && !path.endsWith('.h')) return null
  const brought = uses.flatMap((name) => kBrings[name] ?? [])
  return brought.some((start) => path.startsWith(start)) ? null : `${folder} links no library that brings it (CMakeLists.txt)`
}

const allowed = allowances()
const complaints = []
for (const file of sources('src', 'app')) {
  const folder = folderOf(file, allowed)
  if (!folder) {
    complaints.push(`${file}: belongs to no target of CMakeLists.txt`)
    continue
  }
  const lines = readFileSync(file, 'utf8').split('\n')
  lines.forEach((line, index) => {
    const include = /^\s*#\s*include\s+([<"])([^>"]+)[>"]/.exec(line)
    if (include) {
      const what = complaint(folder, allowed.get(folder), { file, quoted: include[1] === '"', path: include[2] })
      if (what) complaints.push(`${file}:${index + 1}: ${include[2]}: ${what}`)
    }
    if (folder === 'core' && kClockInCore.test(line)) complaints.push(`${file}:${index + 1}: the core asks no clock and no random source: they are passed in`)
  })
}
report(complaints)
