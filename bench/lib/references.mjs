// The reference programs: where they are, how they are built (into build/bench/), and which version ran.

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fail, kRepository } from './options.mjs'
import { firstLine } from './machine.mjs'

const kFlags = ['-std=c++20', '-O3', '-march=x86-64-v2']
const kCompiler = 'g++-12'
const kPython = '/usr/bin/python3'  // Debian's: the packages below are not seen by another one
const kBuilt = path.join(kRepository, 'build', 'bench')

const newer = (output, ...inputs) =>
  existsSync(output) && inputs.every((input) => statSync(output).mtimeMs > statSync(input).mtimeMs)

/** Compiles DIR/`source` as build/bench/`name` unless that is newer; `flags` follow the source. */
export function compile(directory, source, { name = path.basename(source, '.cpp'), flags = [] } = {}) {
  const input = path.join(directory, source)
  if (!existsSync(input)) fail(`no ${input}: name the folder of the reference programs with --references`)
  mkdirSync(kBuilt, { recursive: true })
  const output = path.join(kBuilt, name)
  const core = path.join(directory, 'relay_core.hpp')
  if (newer(output, input, ...(existsSync(core) ? [core] : []))) return output
  console.error(`building ${name}`)
  execFileSync(kCompiler, [...kFlags, '-o', output, input, `-I${directory}`, ...flags], { stdio: 'inherit' })
  return output
}

/** The generator. With `rooms`, a second one whose rooms have other names, so that two can load one server. */
export function generator(directory, rooms = 'r') {
  if (rooms === 'r') return compile(directory, 'wsload.cpp')
  const source = readFileSync(path.join(directory, 'wsload.cpp'), 'utf8')
  const renamed = source.replaceAll('c->room = "r" +', `c->room = "${rooms}" +`)
  if (renamed === source) fail('wsload.cpp names its rooms in another way now: bench/lib/references.mjs has to follow')
  mkdirSync(kBuilt, { recursive: true })
  const name = `wsload_${rooms}`
  const copy = path.join(kBuilt, `${name}.cpp`)
  if (!existsSync(copy) || readFileSync(copy, 'utf8') !== renamed) writeFileSync(copy, renamed)
  return compile(kBuilt, `${name}.cpp`)
}

/** The generator with its connections spread over `count` servers, on the port that it is told and those after it. */
export function spreadGenerator(directory, count) {
  const source = readFileSync(path.join(directory, 'wsload.cpp'), 'utf8')
  const spread = source.replace('htons(uint16_t(opt.port))', `htons(uint16_t(opt.port + int(c.index % ${count})))`)
  if (spread === source) fail('wsload.cpp connects in another way now: bench/lib/references.mjs has to follow')
  mkdirSync(kBuilt, { recursive: true })
  const name = `wsload_over_${count}`
  const copy = path.join(kBuilt, `${name}.cpp`)
  if (!existsSync(copy) || readFileSync(copy, 'utf8') !== spread) writeFileSync(copy, spread)
  return compile(kBuilt, `${name}.cpp`)
}

const compiler = () => `g++ ${firstLine(kCompiler, ['-dumpfullversion'])} ${kFlags.slice(1).join(' ')}`
const boost = () => /BOOST_LIB_VERSION "([\d_]+)"/.exec(readFileSync('/usr/include/boost/version.hpp', 'utf8'))?.[1].replaceAll('_', '.')
const debian = (name) => firstLine('dpkg-query', ['-W', '-f', '${Version}', name]) ?? 'unknown'

/** A server on Debian's Python; `sync` is SQLite's `synchronous`, of which FULL makes a write durable. */
function fastapi(sync) {
  const script = 'import fastapi,uvicorn,websockets,uvloop,httptools;print("FastAPI",fastapi.__version__+", uvicorn",uvicorn.__version__)'
  return {
    name: sync === 'NORMAL' ? 'fastapi' : `fastapi-${sync.toLowerCase()}`,
    prepare: () => ({ version: firstLine(kPython, ['-c', script]), why: 'python3-fastapi uvicorn python3-websockets python3-uvloop python3-httptools' }),
    command: ({ references, port }) => [kPython, '-m', 'uvicorn', '--app-dir', references, 'seed_fastapi:app', '--port', String(port),
      '--loop', 'uvloop', '--http', 'httptools', '--ws', 'websockets', '--log-level', 'warning', '--no-access-log'],
    env: ({ database }) => ({ ITEMS_DB: database, ITEMS_SYNC: sync, PYTHONDONTWRITEBYTECODE: '1' }),
  }
}

function epoll(name, flags, version) {
  let program
  return {
    name,
    prepare({ references }) {
      program = compile(references, 'epoll_relay.cpp', { name: `${name.replaceAll('-', '_')}_relay`, flags })
      return { version: version() }
    },
    command: ({ port }) => [program, String(port)],
  }
}

function boosted(name, args) {
  let program
  return {
    name,
    prepare({ references }) {
      program = compile(references, `${name}_relay.cpp`)
      return { version: `Boost ${boost()}, ${compiler()}` }
    },
    command: ({ port }) => [program, String(port), ...args],
  }
}

/** Node's `ws`: the script runs from build/bench/, from where this repository's node_modules/ are found. */
const ws = {
  name: 'ws',
  prepare({ references }) {
    const manifest = path.join(kRepository, 'node_modules', 'ws', 'package.json')
    if (!existsSync(manifest)) return { version: null, why: 'npm ci' }
    mkdirSync(kBuilt, { recursive: true })
    copyFileSync(path.join(references, 'ws_relay.mjs'), path.join(kBuilt, 'ws_relay.mjs'))
    return { version: `ws ${JSON.parse(readFileSync(manifest, 'utf8')).version}, Node ${process.version}` }
  },
  command: ({ port }) => [process.execPath, path.join(kBuilt, 'ws_relay.mjs'), String(port)],
}

/** By name: `prepare(options)` builds and gives `{version}`, null when it can't run here, with `why`; `command` starts it. */
export const kReferences = Object.fromEntries([
  epoll('epoll', [], compiler),
  epoll('epoll-simdjson', ['-DWITH_SIMDJSON', '-lsimdjson'], () => `simdjson ${debian('libsimdjson-dev')}, ${compiler()}`),
  boosted('asio', ['wait']),
  boosted('beast', []),
  ws,
  fastapi('NORMAL'),
  fastapi('FULL'),
].map((reference) => [reference.name, reference]))
