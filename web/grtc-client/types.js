// The shapes that pass between the parts and over the wire. Types only; there is nothing to run here.

/** A JSON object as it came from somebody: check before use.
 *  @typedef {{[member: string]: unknown}} Json */

/** A peer as the server describes it.
 *  @typedef {object} WirePeer
 *  @property {string} peer_id
 *  @property {string} [name]
 *  @property {Json} [meta]
 *  @property {boolean} [connected]
 *  @property {string} [joined_at] */

/** The first frame of each connection.
 *  @typedef {object} Welcome
 *  @property {'welcome'} type
 *  @property {string} room
 *  @property {string} peer_id
 *  @property {string} session        the resume token
 *  @property {boolean} resumed       true: this is the session of before, and nothing was lost
 *  @property {number} received       highest client id that the server took
 *  @property {string} seq
 *  @property {number} resume_window_s
 *  @property {number} heartbeat_s
 *  @property {number} max_message_bytes
 *  @property {WirePeer[]} peers      the others
 *  @property {RTCIceServer[]} ice_servers
 *  @property {{name?: string, version?: string, instance?: string}} [server] */

/** Any other frame of the server.
 *  @typedef {Json & {type: string}} Frame */

/** One of the others in the room. A snapshot: a change makes a new one.
 *  @typedef {object} Peer
 *  @property {string} id
 *  @property {string} name           '' when it gave none
 *  @property {Json} meta
 *  @property {boolean} connected     false: its connection is broken and its session is kept
 *  @property {boolean} missing       it was here before this side had to join anew, and has not been seen since
 *  @property {string} joinedAt       RFC 3339, '' when unknown
 *  @property {'direct' | 'server'} route  the way messages to it take now
 *  @property {LinkState} link        state of the direct link
 *  @property {Readonly<Record<string, MediaStream>>} streams  what comes of it: `camera`, `screen`
 *  @property {string} cause          why there is no direct link, '' when there is nothing to say */

/** @typedef {'connecting' | 'open' | 'interrupted' | 'failed' | 'unsupported' | 'closed'} LinkState */
/** @typedef {'connecting' | 'open' | 'reconnecting' | 'closed'} RoomState */
/** @typedef {'direct' | 'server'} Way */

/** @typedef {{state: RoomState, reason: string, retryMs: number, resumed?: boolean}} StateDetail */
/** @typedef {{peer: Peer, track: MediaStreamTrack, stream: MediaStream, kind: string}} TrackDetail */
/** @typedef {{peerjoined: Peer, peerupdated: Peer, peerleft: {peer: Peer, reason: string}, message: import('./room.js').Message, state: StateDetail,
 *             track: TrackDetail, file: import('./files/transfer.js').Transfer, error: import('./errors.js').GrtcError}} RoomEvents */

/** @typedef {object} JoinOptions
 *  @property {string} [url]          the server, `https://host[:port]`; default: where the page came from
 *  @property {string} [name]         display name
 *  @property {string} [peerId]       fixed peer id; default: the server makes one, kept for this tab
 *  @property {() => string | Promise<string>} [token]  gives the room token (JWT); asked at each new session and once after a refusal
 *  @property {AbortSignal} [signal]  leaves the room when aborted
 *  @property {Storage | null} [storage]  where the session survives a reload; default sessionStorage, null for nowhere
 *  @property {typeof WebSocket} [WebSocket]  for Node before 22
 *  @property {RTCConfiguration} [rtc]  for each connection, `{iceTransportPolicy: 'relay'}` and the like; the servers come from gRTC
 *  @property {typeof RTCPeerConnection | null} [RTCPeerConnection]  null: everything goes through the server */

export {}
