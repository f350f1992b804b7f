// Every relative link and picture of the Markdown pages leads to a file of the project, and its #anchor to a heading there.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { files, report } from './files.mjs'

const anchors = new Map()
/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page) {
  if (!anchors.has(page)) {
    const headings = readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} +(.+?) *$/gm)
    const slug = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-')
    anchors.set(page, new Set([...headings].map(([, text]) => slug(text))))
  }
  return anchors.get(page)
}

const complaints = []
for (const page of files('*.md')) {
  for (const [, target] of readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue
    const [file, anchor] = target.split('#')
    const found = file ? path.join(path.dirname(page), decodeURI(file)) : page
    if (!existsSync(found)) complaints.push(`${page}: ${target}: no such file`)
    else if (anchor && found.endsWith('.md') && !anchorsOf(found).has(anchor)) complaints.push(`${page}: ${target}: no such heading`)
  }
}
report(complaints)
