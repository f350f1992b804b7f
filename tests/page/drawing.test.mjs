// When the page shows what has changed: at once or in a moment, once for what comes together, and also without frames.

import assert from 'node:assert/strict'
import test from 'node:test'
import { Store } from '../../web/app/store.js'

/** A page whose frames and time come when the test says so. */
function pageOf(t) {
  const { setTimeout, Date } = globalThis
  /** @type {(() => void)[]} */
  const waiting = []
  /** @type {{at: number, act: () => void}[]} */
  let timers = []
  let now = 1_000
  Object.assign(globalThis, {
    requestAnimationFrame: (act) => waiting.push(act), setTimeout: (act, ms = 0) => timers.push({ at: now + ms, act }), Date: { now: () => now },
  })
  t.after(() => {
    Object.assign(globalThis, { setTimeout, Date })
    delete globalThis.requestAnimationFrame
  })
  return {
    frame: () => { for (const act of waiting.splice(0)) act() },
    wait: (ms) => {
      now += ms
      const due = timers.filter(({ at }) => at <= now)
      timers = timers.filter(({ at }) => at > now)
      for (const { act } of due) act()
    },
  }
}

function drawnNumbers() {
  const store = new Store((sum, add) => sum + add, 0)
  const seen = []
  store.draw((now, drawn) => { seen.push([drawn, now]) })
  seen.length = 0
  return { store, seen }
}

test('what changes before a frame is drawn once, with all that it changed; whoever subscribed hears each', (t) => {
  const { frame, wait } = pageOf(t)
  const { store, seen } = drawnNumbers()
  const heard = []
  store.subscribe((now) => heard.push(now))
  for (const add of [1, 2, 3]) store.dispatch(add)
  assert.deepEqual([heard, seen], [[0, 1, 3, 6], []])
  frame()
  assert.deepEqual(seen, [[0, 6]])
  frame()
  wait(1_000)
  assert.equal(seen.length, 1)
})

test('what may wait is drawn with what may not', (t) => {
  const { frame, wait } = pageOf(t)
  const { store, seen } = drawnNumbers()
  store.dispatch(1, 250)
  frame()
  assert.deepEqual(seen, [], 'it waits')
  store.dispatch(1)
  frame()
  assert.deepEqual(seen, [[0, 2]])
  wait(1_000)
  frame()
  assert.equal(seen.length, 1, 'and is not drawn twice')
})

test('what may wait does not wait longer for what comes later', (t) => {
  const { frame, wait } = pageOf(t)
  const { store, seen } = drawnNumbers()
  store.dispatch(1, 250)
  wait(200)
  store.dispatch(1, 250)
  wait(50)
  frame()
  assert.deepEqual(seen, [[0, 2]])
})

test('a hidden page has no frames and is drawn all the same: it plays what others say', (t) => {
  const { wait } = pageOf(t)
  const { store, seen } = drawnNumbers()
  store.dispatch(1)
  store.dispatch(1, 250)
  wait(100)
  assert.deepEqual(seen, [[0, 2]])
})

test('what asks how the page is laid out runs when all have drawn', async (t) => {
  const { frame } = pageOf(t)
  const { store } = drawnNumbers()
  const order = []
  store.draw(() => { order.push('text'); return () => order.push('focus') })
  store.draw(() => { order.push('list') })
  order.length = 0
  store.dispatch(1)
  const drawn = store.drawn().then(() => order.push('drawn'))
  frame()
  await drawn
  assert.deepEqual(order, ['text', 'list', 'focus', 'drawn'])
})
