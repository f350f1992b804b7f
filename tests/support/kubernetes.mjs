// Kubernetes' own idea of its objects, by the types that `kubernetes-types` has from its OpenAPI: TypeScript holds each object to them.
// Stricter than a JSON schema of the same origin would be: a member that there is not is refused too.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const kRepository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
/** It is nowhere on the disk: the compiler is given its text. */
const kFile = path.join(kRepository, 'manifests.ts')
const kOptions = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [] }

/** `networking.k8s.io/v1` → `networking/v1`, `v1` → `core/v1` */
const moduleOf = (apiVersion) => `kubernetes-types/${apiVersion.includes('/') ? apiVersion.replace(/\.[^/]*\//, '/') : `core/${apiVersion}`}`

/** What Kubernetes would not take of these objects, a sentence each. @param {{apiVersion: string, kind: string}[]} objects */
export function faultsOf(objects) {
  const text = objects.map((object, n) => `export const object${n}: import('${moduleOf(object.apiVersion)}').${object.kind} = ${JSON.stringify(object, null, 1)}\n`).join('')
  const host = ts.createCompilerHost(kOptions)
  const disk = { ...host }
  const isOurs = (file) => path.resolve(file) === kFile
  host.getSourceFile = (file, ...rest) => (isOurs(file) ? ts.createSourceFile(file, text, kOptions.target) : disk.getSourceFile(file, ...rest))
  host.fileExists = (file) => isOurs(file) || disk.fileExists(file)
  return ts.getPreEmitDiagnostics(ts.createProgram([kFile], kOptions, host)).map(({ messageText, file, start = 0 }) =>
    `${ts.flattenDiagnosticMessageText(messageText, ' ')} ${file ? `at: ${file.text.slice(start, start + 60).split('\n')[0]}` : ''}`)
}
