import { byId, follow } from '../dom.js'
import { displayName } from '../names.js'
import { bestGrid, isCall, mainTile, tilesOf } from './call-state.js'
import { chosenDevice } from './devices.js'
import { TileView } from './tile.js'

/** @typedef {import('../conversation.js').Conversation} Conversation */
/** @typedef {import('./local-media.js').LocalMedia} LocalMedia */
/** @typedef {import('./call-state.js').Tile} Tile */

/** A tile out of sight this long is not sent any more. */
const kUnseenMs = 1_500

/** The tiles of all people and screens. */
export class Stage {
  #list = byId('tiles', HTMLElement)
  #conversation
  #local
  #openQuality
  /** @type {Map<string, TileView>} */
  #views = new Map()
  /** @type {readonly Tile[]} */
  #tiles = []
  #main = ''
  /** What the tiles have; asked of the list itself, the whole page would have to be laid out at once. */
  #room = { width: 0, height: 0 }
  /** What each peer was told of its picture here. @type {Map<string, string>} */
  #told = new Map()
  /** @type {Set<string>} */
  #seen = new Set()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #wantTimer
  #sight = new IntersectionObserver((entries) => this.#sighted(entries), { threshold: 0.05 })

  /** @param {Conversation} conversation
   *  @param {LocalMedia} local
   *  @param {(peerId: string) => void} openQuality */
  constructor(conversation, local, openQuality) {
    this.#conversation = conversation
    this.#local = local
    this.#openQuality = openQuality
    conversation.store.draw(() => this.#draw())
    local.store.draw((state, before) => {
      if (state.speaking !== before.speaking) this.#showSpeaking(state.speaking)
      this.#draw()
    })
    new ResizeObserver(([{ contentRect }]) => {
      this.#room = contentRect
      this.#fit()
    }).observe(this.#list)
    document.addEventListener('visibilitychange', () => this.#wantSoon())
  }

  /** @param {ReadonlyMap<string, {level: number}>} quality */
  showQuality(quality) {
    for (const [key, view] of this.#views) {
      const [id] = key.split(' ')
      view.setLevel(quality.get(id)?.level ?? 0)
    }
  }

  playAll() { for (const view of this.#views.values()) view.play() }
  useSpeaker() { for (const view of this.#views.values()) view.setSpeaker(chosenDevice('audiooutput')) }
  /** A peer's tracks came anew: it knows nothing of what is shown here. @param {string} peerId */
  forget(peerId) {
    this.#told.delete(peerId)
    this.#wantSoon()
  }

  #draw() {
    const room = this.#conversation.store.state
    const call = this.#local.store.state
    this.#tiles = room.phase === 'out' ? [] : tilesOf(room, call, this.#local.streams, { displayName })
    const on = isCall(this.#tiles)
    if (document.body.dataset.call !== String(on)) document.body.dataset.call = String(on)
    const shown = on ? this.#tiles : []
    const main = mainTile(shown, call)
    if (main !== this.#main) {
      this.#main = main
      this.#told.clear()
      this.#wantSoon()
    }
    this.#list.dataset.layout = main ? 'speaker' : 'grid'
    const keys = new Set(shown.map(({ key }) => key))
    for (const [key, view] of this.#views) if (!keys.has(key)) this.#remove(key, view)
    follow(this.#list, shown, ({ key }) => key, (tile) => {
      const view = this.#views.get(tile.key) ?? this.#add(tile)
      view.update(tile, call.pinned === tile.key)
      view.node.classList.toggle('is-main', tile.key === main)
      return view.node
    })
    if (this.#list.dataset.count !== String(shown.length)) {
      this.#list.dataset.count = String(shown.length)
      this.#fit()
    }
  }

  /** @param {Tile} tile */
  #add(tile) {
    const { store } = this.#local
    const view = new TileView(tile, {
      pin: (key) => store.dispatch({ type: 'pin', key }),
      quality: this.#openQuality,
      blocked: () => store.dispatch({ type: 'blocked', blocked: true }),
      flip: () => void this.#local.flip(),
    })
    this.#views.set(tile.key, view)
    if (chosenDevice('audiooutput')) view.setSpeaker(chosenDevice('audiooutput'))
    if (!tile.self) this.#sight.observe(view.node)
    return view
  }

  /** @param {string} key
   *  @param {TileView} view */
  #remove(key, view) {
    this.#sight.unobserve(view.node)
    view.close()
    view.node.remove()
    this.#views.delete(key)
  }

  /** @param {ReadonlySet<string>} speaking */
  #showSpeaking(speaking) {
    for (const [key, view] of this.#views) view.setSpeaking(key.endsWith(' camera') && speaking.has(key.slice(0, -' camera'.length)))
  }

  #fit() {
    const { columns, width, height } = bestGrid(this.#tiles.length, this.#room.width, this.#room.height)
    this.#list.style.setProperty('--columns', String(columns))
    this.#list.style.setProperty('--tile-width', `${width}px`)
    this.#list.style.setProperty('--tile-height', `${height}px`)
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #sighted(entries) {
    for (const { target, isIntersecting } of entries) {
      const { key = '' } = /** @type {HTMLElement} */ (target).dataset
      if (isIntersecting) this.#seen.add(key)
      else this.#seen.delete(key)
    }
    this.#wantSoon()
  }

  #wantSoon() {
    clearTimeout(this.#wantTimer)
    this.#wantTimer = setTimeout(() => this.#want(), kUnseenMs)
  }

  /** Tells peers whose camera nobody sees here, so that they need not send it. */
  #want() {
    const floating = document.pictureInPictureElement?.closest('li')?.dataset.key
    for (const { self, kind, key, id } of this.#tiles) {
      if (self || kind !== 'camera') continue
      const video = floating === key || (!document.hidden && this.#seen.has(key))
      const want = { video, pinned: key === this.#main }
      const told = JSON.stringify(want)
      if (this.#told.get(id) === told || (!this.#told.has(id) && video && !want.pinned)) continue
      this.#told.set(id, told)
      this.#conversation.room?.media.want(id, want)
    }
  }
}
