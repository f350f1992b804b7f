import { byId, el, follow, setText } from './dom.js'
import { hasKey, t } from './i18n.js'
import { icon } from './icons.js'
import { colourClass, displayName, initials } from './names.js'

/** @typedef {import('../grtc-client/types.js').Peer} Peer */
/** @typedef {{id: string, name: string, self: boolean, connected: boolean, direct: boolean, how: string,
 *            letters: string}} Person */

/** The list of who is here, and how each is reached. @param {import('./conversation.js').Conversation} conversation */
export function setUpPeople(conversation) {
  const list = byId('people', HTMLElement)
  const count = byId('peopleCount', HTMLElement)
  conversation.store.draw((state) => {
    const self = state.phase === 'in' ? [selfOf(state)] : []
    const people = [...self, ...[...state.peers.values()].map(personOf)]
    setText(count, people.length > 0 ? String(people.length) : '')
    follow(list, people, ({ id }) => id, row)
    if (people.length === 0) list.replaceChildren(el('li', { class: 'empty' }, t('people.none')))
  })
}

/** @param {import('./room-state.js').RoomView} state
 *  @returns {Person} */
function selfOf({ selfId, selfName, connection }) {
  const name = selfName ? t('you.named', { name: selfName }) : t('you')
  return { id: selfId, name, self: true, connected: connection === 'open', direct: false, how: '', letters: initials(selfName || t('you')) }
}

/** @param {Peer} peer
 *  @returns {Person} */
function personOf(peer) {
  const direct = peer.route === 'direct'
  const key = `link.${peer.cause || peer.link}`
  const how = !peer.connected && !direct ? t('link.offline') : direct ? t('link.direct') : hasKey(key) ? t(key) : t('link.unsupported')
  return { id: peer.id, name: displayName(peer), self: false, connected: peer.connected, direct, how, letters: initials(displayName(peer)) }
}

/** @param {Person} person
 *  @param {HTMLElement | null} old */
function row(person, old) {
  const look = JSON.stringify(person)
  if (old?.dataset.look === look) return old
  return el('li', {
    class: `person${person.connected || person.direct ? '' : ' away'}`,
    'data-look': look, 'data-testid': 'person', 'data-connected': String(person.connected),
    'data-route': person.self ? 'self' : person.direct ? 'direct' : 'server',
  },
  el('span', { class: `avatar ${colourClass(person.id)}`, 'aria-hidden': 'true' }, person.letters),
  el('span', { class: 'person-words' },
    el('span', { class: 'person-name' }, person.name),
    person.how ? el('span', { class: `how${person.direct ? ' is-direct' : ''}` }, icon(person.direct ? 'direct' : 'server'), person.how) : null))
}
