const kBytes = 128
const kUtf8 = new TextEncoder()

/** The room that an address names: `/r/{room}`, or `?room=`. '' for none.
 *  @param {{pathname: string, search: string}} address */
export function roomOfAddress({ pathname, search }) {
  const path = /^\/r\/([^/]+)\/?$/.exec(pathname)
  if (path) {
    try {
      return decodeURIComponent(path[1])
    } catch {
      return ''
    }
  }
  return new URLSearchParams(search).get('room')?.trim() ?? ''
}

/** @param {string} room */
export const addressOfRoom = (room) => `/r/${encodeURIComponent(room)}`

/** Whether the server takes it: 1 to 128 bytes, no control characters, none of / \ ? #.
 *  @param {string} room  without white space at its ends */
export function isRoomName(room) {
  return room.length > 0 && kUtf8.encode(room).length <= kBytes && !/[/\\?#\p{Cc}]/u.test(room) && room.trim() === room
    && room !== '.' && room !== '..'
}
