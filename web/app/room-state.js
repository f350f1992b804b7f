// The room as the page shows it. Pure: (state, action) → state.

/** @typedef {import('../grtc-client/types.js').Peer} Peer */
/** @typedef {import('../grtc-client/types.js').Way} Way */

/** One line of the conversation. `note`: somebody came or went; then `text` is a key of the strings.
 *  @typedef {object} Line
 *  @property {string} id
 *  @property {'theirs' | 'mine' | 'note'} kind
 *  @property {string} from      peer id
 *  @property {string} name
 *  @property {string} text
 *  @property {number} at        milliseconds
 *  @property {Way | null} via
 *  @property {'waiting' | 'sent' | 'delivered' | 'failed' | ''} state
 *  @property {number} delivered
 *  @property {number} total */

/** @typedef {object} RoomView
 *  @property {'out' | 'joining' | 'in'} phase
 *  @property {string} room
 *  @property {string} selfId
 *  @property {string} selfName
 *  @property {'open' | 'connecting' | 'reconnecting' | 'closed'} connection
 *  @property {string} reason       why the connection is as it is; '' when open
 *  @property {'' | 'resumed' | 'rejoined'} news   what to say after a break
 *  @property {ReadonlyMap<string, Peer>} peers
 *  @property {readonly Line[]} lines
 *  @property {string} remark       a key of the strings to be said once, '' for none */

/** @typedef {{type: 'join', room: string, name: string} | {type: 'restore', room: string, lines: readonly Line[]}
 *   | {type: 'connection', state: RoomView['connection'], reason: string, resumed?: boolean, selfId: string}
 *   | {type: 'peer', peer: Peer} | {type: 'peer-left', id: string}
 *   | {type: 'line', line: Line} | {type: 'line-changed', id: string, change: Partial<Line>} | {type: 'line-removed', id: string}
 *   | {type: 'remark', key: string} | {type: 'news-read'}} RoomAction */

/** Older lines are dropped: the page is no archive. */
export const kLines = 1000

/** @type {RoomView} */
export const kOutside = Object.freeze({
  phase: 'out', room: '', selfId: '', selfName: '', connection: 'closed', reason: '', news: '', peers: new Map(), lines: [], remark: '',
})

/** @param {RoomView} state
 *  @param {RoomAction} action
 *  @returns {RoomView} */
export function reduceRoom(state, action) {
  switch (action.type) {
    case 'join':
      return {
        ...kOutside, phase: 'joining', connection: 'connecting', room: action.room, selfName: action.name,
        lines: action.room === state.room ? state.lines : [],
      }
    case 'restore': return { ...kOutside, room: action.room, lines: action.lines }
    case 'connection': return connectionChanged(state, action)
    case 'peer': return withPeer(state, action.peer)
    case 'peer-left': {
      const peers = new Map(state.peers)
      peers.delete(action.id)
      return { ...state, peers }
    }
    case 'line': return withLine(state, action.line)
    case 'line-changed':
      return { ...state, lines: state.lines.map((line) => (line.id === action.id ? { ...line, ...action.change } : line)) }
    case 'line-removed': return { ...state, lines: state.lines.filter((line) => line.id !== action.id) }
    case 'remark': return { ...state, remark: action.key }
    case 'news-read': return { ...state, news: '', remark: '' }
    default: return state
  }
}

/** @param {RoomView} state
 *  @param {Extract<RoomAction, {type: 'connection'}>} action
 *  @returns {RoomView} */
function connectionChanged(state, { state: connection, reason, resumed, selfId }) {
  const next = { ...state, connection, reason, selfId: selfId || state.selfId, remark: '' }
  if (connection === 'closed') return { ...next, phase: 'out', peers: new Map(), news: '' }
  if (connection === 'open') {
    const news = resumed === undefined ? state.news : resumed ? /** @type {const} */ ('resumed') : /** @type {const} */ ('rejoined')
    return { ...next, phase: 'in', news }
  }
  return { ...next, news: '' }
}

/** @param {RoomView} state
 *  @param {Peer} peer
 *  @returns {RoomView} */
function withPeer(state, peer) {
  return { ...state, peers: new Map(state.peers).set(peer.id, peer) }
}

/** @param {RoomView} state
 *  @param {Line} line
 *  @returns {RoomView} */
function withLine(state, line) {
  return { ...state, lines: [...state.lines, line].slice(-kLines) }
}
