// What axe has against a page. The page's context needs `bypassCSP`, which only lets the test put axe into it.

import { createRequire } from 'node:module'

const kAxe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

export async function violations(page) {
  await page.addScriptTag({ path: kAxe })
  const { violations: found } = await page.evaluate(() => globalThis.axe.run())
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)
}
