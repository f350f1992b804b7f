// Every .json file is JSON.

import { readFileSync } from 'node:fs'
import { files, report } from './files.mjs'

const complaints = []
for (const file of files('*.json', '*.webmanifest').filter((name) => !name.startsWith('tests/fuzz/corpus/'))) {
  try {
    JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    complaints.push(`${file}: ${error.message}`)
  }
}
report(complaints)
