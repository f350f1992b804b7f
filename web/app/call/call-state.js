// The call as the page shows it: one's own devices, who speaks, how the tiles lie. Pure: (state, action) → state.

/** @typedef {'mic' | 'camera' | 'screen'} Device */
/** @typedef {'off' | 'asking' | 'on' | 'muted'} DeviceState */
/** Why a device can't be used: a key of the strings is `media.{why}`.
 *  @typedef {'denied' | 'busy' | 'none' | 'insecure' | 'unsupported' | 'failed'} Why */

/** @typedef {object} CallView
 *  @property {DeviceState} mic      muted: the device is open, nothing of it is sent
 *  @property {DeviceState} camera
 *  @property {DeviceState} screen
 *  @property {boolean} talking      push-to-talk is held
 *  @property {boolean} hand         raised
 *  @property {'auto' | 'grid' | 'speaker'} layout
 *  @property {string} pinned        key of a tile, '' for none
 *  @property {string} speaker       peer id of who spoke last
 *  @property {ReadonlySet<string>} speaking
 *  @property {{device: Device, why: Why} | null} problem
 *  @property {string} notice        a key of the strings, '' for none
 *  @property {string} noticeName    what the notice is about
 *  @property {boolean} blocked      the browser does not let sound play before a click */

/** @typedef {{type: 'device', device: Device, state: DeviceState} | {type: 'problem', device: Device, why: Why}
 *   | {type: 'problem-read'} | {type: 'notice', key: string, name?: string} | {type: 'talking', on: boolean} | {type: 'hand', up: boolean}
 *   | {type: 'layout', layout: CallView['layout']} | {type: 'pin', key: string} | {type: 'speaking', ids: readonly string[]}
 *   | {type: 'blocked', blocked: boolean} | {type: 'left'}} CallAction */

/** @type {CallView} */
export const kNoCall = Object.freeze({
  mic: 'off', camera: 'off', screen: 'off', talking: false, hand: false, layout: 'auto', pinned: '', speaker: '', speaking: new Set(),
  problem: null, notice: '', noticeName: '', blocked: false,
})

/** @param {CallView} state
 *  @param {CallAction} action
 *  @returns {CallView} */
export function reduceCall(state, action) {
  switch (action.type) {
    case 'device': {
      const solved = state.problem?.device === action.device && (action.state === 'on' || action.state === 'asking')
      return { ...state, [action.device]: action.state, problem: solved ? null : state.problem }
    }
    case 'problem': return { ...state, [action.device]: 'off', problem: { device: action.device, why: action.why } }
    case 'problem-read': return { ...state, problem: null, notice: '' }
    case 'notice': return { ...state, notice: action.key, noticeName: action.name ?? '' }
    case 'talking': return { ...state, talking: action.on }
    case 'hand': return { ...state, hand: action.up }
    case 'layout': return { ...state, layout: action.layout, pinned: action.layout === 'grid' ? '' : state.pinned }
    case 'pin': return { ...state, pinned: state.pinned === action.key ? '' : action.key }
    case 'speaking': return speaking(state, action.ids)
    case 'blocked': return state.blocked === action.blocked ? state : { ...state, blocked: action.blocked }
    case 'left': return { ...kNoCall, layout: state.layout }
    default: return state
  }
}

/** @param {CallView} state
 *  @param {readonly string[]} ids  loudest first */
function speaking(state, ids) {
  const same = ids.length === state.speaking.size && ids.every((id) => state.speaking.has(id))
  if (same) return state
  // Who holds the big tile keeps it for as long as they speak: two who talk at once must not make it jump.
  const speaker = ids.includes(state.speaker) ? state.speaker : (ids[0] ?? state.speaker)
  return { ...state, speaking: new Set(ids), speaker }
}

/** What the others are told in this peer's presence. @param {CallView} state */
export function presenceOf({ mic, camera, screen, hand, talking }) {
  return { mic: mic === 'on' || (mic === 'muted' && talking) ? 'on' : mic === 'muted' ? 'muted' : 'off', camera: camera === 'on', screen: screen === 'on', hand }
}

/** One tile of the stage.
 *  @typedef {object} Tile
 *  @property {string} key
 *  @property {string} id          peer id
 *  @property {string} name
 *  @property {boolean} self
 *  @property {'camera' | 'screen'} kind
 *  @property {MediaStream | null} stream
 *  @property {boolean} picture    false: the initials are shown
 *  @property {'on' | 'muted' | 'off'} mic
 *  @property {boolean} hand
 *  @property {boolean} away       the connection to the server is broken
 *  @property {string} cause       why no picture or sound can come, '' for nothing to say */

/** @param {import('../room-state.js').RoomView} room
 *  @param {CallView} call
 *  @param {{camera: MediaStream, screen: MediaStream}} own
 *  @param {{displayName: (peer: {id: string, name: string}) => string}} words
 *  @returns {Tile[]} */
export function tilesOf(room, call, own, { displayName }) {
  /** @type {Tile[]} */
  const tiles = []
  const self = { id: room.selfId, name: room.selfName, self: true, cause: '', away: room.connection !== 'open' }
  const { mic, hand } = presenceOf(call)
  if (call.screen === 'on') tiles.push(tile({ ...self, kind: 'screen', stream: own.screen, picture: true, mic: 'off', hand: false }))
  for (const peer of room.peers.values()) {
    const one = { id: peer.id, name: displayName(peer), self: false, away: !peer.connected && peer.route !== 'direct', cause: peer.cause }
    const { meta, streams } = peer
    if (streams.screen) tiles.push(tile({ ...one, kind: 'screen', stream: streams.screen, picture: true, mic: 'off', hand: false }))
    tiles.push(tile({
      ...one, kind: 'camera', stream: streams.camera ?? null, hand: meta.hand === true, mic: micOf(meta.mic),
      picture: peer.cause === '' && meta.camera !== false && (streams.camera?.getVideoTracks().length ?? 0) > 0,
    }))
  }
  tiles.push(tile({ ...self, kind: 'camera', stream: own.camera, picture: call.camera === 'on', mic: micOf(mic), hand }))
  return tiles
}

/** @param {Omit<Tile, 'key'>} one
 *  @returns {Tile} */
const tile = (one) => ({ ...one, key: `${one.id} ${one.kind}` })

/** @param {unknown} mic */
const micOf = (mic) => (mic === 'on' || mic === 'muted' ? mic : 'off')

/** Whether anybody sends or shows anything: before that the page is a chat. @param {readonly Tile[]} tiles */
export const isCall = (tiles) => tiles.some(({ picture, mic, kind }) => picture || kind === 'screen' || mic !== 'off')

const kGridTiles = 9

/** The tile that is large, or '' where all are alike.
 *  @param {readonly Tile[]} tiles
 *  @param {CallView} call */
export function mainTile(tiles, { layout, pinned, speaker }) {
  const has = (/** @type {string} */ key) => tiles.some((one) => one.key === key)
  if (pinned && has(pinned)) return pinned
  const screen = tiles.find(({ kind, self }) => kind === 'screen' && !self)?.key ?? ''
  if (layout === 'grid' || (layout === 'auto' && !screen && tiles.length <= kGridTiles)) return ''
  if (screen) return screen
  const key = `${speaker} camera`
  return has(key) ? key : (tiles.find(({ self }) => !self)?.key ?? '')
}

const kGap = 8

/** The number of columns that makes tiles largest in a box. They are wide ones; in an upright box, as of a phone, they may be tall too.
 *  @param {number} count
 *  @param {number} width
 *  @param {number} height */
export function bestGrid(count, width, height) {
  const tallest = height > width ? 4 / 3 : 3 / 4
  let best = { columns: 1, width: 0, height: 0 }
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns)
    const across = (width - kGap * (columns - 1)) / columns
    const tall = Math.min((height - kGap * (rows - 1)) / rows, across * tallest)
    const wide = Math.min(across, (tall * 16) / 9)
    if (wide * tall > best.width * best.height) best = { columns, width: Math.floor(wide), height: Math.floor(tall) }
  }
  return best
}
