// A Chromium of its own with one tab in a room, and how much memory the tab's process has.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { cpuSeconds } from './machine.mjs'
import { fail } from './options.mjs'

const kArguments = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding']
const kEveryMs = 100

/** Anonymous memory of a process in MiB: heap and buffers, without the files that the kernel caches for it. */
function anonymousMib(pid) {
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
}

/** A profile on disk: a private window would keep its files in memory. */
export async function startTab(folder, name, url) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) fail(`no ${executablePath}`)
  const context = await chromium.launchPersistentContext(path.join(folder, name), {
    executablePath, args: kArguments, acceptDownloads: true, downloadsPath: folder,
  })
  const page = context.pages()[0]
  await page.addInitScript(() => {
    globalThis.connections = []
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...args) {
        super(...args)
        globalThis.connections.push(this)
      }
    }
  })
  await page.goto(`${url}/docs`)
  await page.evaluate(async (self) => {
    const { join } = await import('/static/grtc-client/index.js')
    const input = document.createElement('input')
    input.type = 'file'
    input.id = 'bench-file'
    document.body.append(input)
    globalThis.room = await join('bench', { name: self })
  }, name)
  const session = await context.browser()?.newBrowserCDPSession() ?? await context.newCDPSession(page)
  const pid = await tabProcess(session, context, page)
  let before = 0
  let most = 0
  let timer
  return {
    page,
    version: `Chromium ${context.browser()?.version() ?? await page.evaluate(() => navigator.userAgent.replace(/.*Chrome\/(\S+).*/, '$1'))}`,
    watchMemory() {
      before = most = anonymousMib(pid)
      timer = setInterval(() => { most = Math.max(most, anonymousMib(pid)) }, kEveryMs)
    },
    memoryGrowth() {
      clearInterval(timer)
      return Math.max(most, anonymousMib(pid)) - before
    },
    /** Processor time of the whole browser so far, in seconds. */
    async cpu() {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo')
      return processInfo.reduce((sum, { id }) => sum + cpuSeconds(id), 0)
    },
    close: () => context.close(),
  }
}

/** The renderer that burns time when the tab does: a browser has several. */
async function tabProcess(session, context, page) {
  const list = async () => (await session.send('SystemInfo.getProcessInfo')).processInfo.filter(({ type }) => type === 'renderer')
  const before = new Map((await list()).map(({ id, cpuTime }) => [id, cpuTime]))
  await page.evaluate(() => { for (const end = performance.now() + 300; performance.now() < end;); })
  const [busiest] = (await list()).sort((a, b) => (b.cpuTime - (before.get(b.id) ?? 0)) - (a.cpuTime - (before.get(a.id) ?? 0)))
  return busiest.id
}
