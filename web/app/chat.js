import { byId, follow, setText } from './dom.js'
import { currentLanguage, t } from './i18n.js'
import { messageRow } from './message-row.js'

/** @typedef {import('./room-state.js').Line} Line */
/** @typedef {import('./room-state.js').RoomView} RoomView */

const kSameBreathMs = 3 * 60_000
/** Nearer to the end than this, the log follows what comes. */
const kNearEndPx = 120

/** The conversation and the field to write in. @param {import('./conversation.js').Conversation} conversation */
export function setUpChat(conversation) {
  const log = byId('messages', HTMLElement)
  const empty = byId('chatEmpty', HTMLElement)
  let atEnd = true
  log.addEventListener('scroll', () => { atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < kNearEndPx })
  const retry = (/** @type {string} */ id) => void conversation.retry(id)
  conversation.store.draw((state, before) => {
    setText(empty, emptyWords(state))
    empty.hidden = state.lines.length > 0
    log.hidden = false
    if (state.lines === before.lines && state !== before) return
    showLines(log, state.lines, retry)
    const own = state.lines.at(-1)?.kind === 'mine' && state.lines.length > before.lines.length
    if (atEnd || own) return () => { log.scrollTop = log.scrollHeight }
  })
  setUpComposer(conversation)
}

/** @param {HTMLElement} log
 *  @param {readonly Line[]} lines
 *  @param {(id: string) => void} retry */
function showLines(log, lines, retry) {
  /** @type {Map<string, boolean>} */
  const following = new Map()
  lines.forEach((line, at) => {
    const last = lines[at - 1]
    const same = last !== undefined && last.kind === line.kind && last.from === line.from && line.at - last.at < kSameBreathMs
    following.set(line.id, same)
  })
  follow(log, lines, ({ id }) => id, (line, old) => {
    const follows = following.get(line.id) === true
    const look = `${currentLanguage()} ${follows} ${line.state} ${line.via} ${line.delivered}/${line.total}`
    if (old?.dataset.look === look) return old
    const row = messageRow(line, follows, retry)
    row.dataset.look = look
    return row
  })
}

/** @param {RoomView} state */
function emptyWords(state) {
  if (state.phase !== 'in') return t('chat.emptyOut')
  return t(state.peers.size === 0 ? 'chat.emptyAlone' : 'chat.emptyTogether')
}

/** @param {import('./conversation.js').Conversation} conversation */
function setUpComposer(conversation) {
  const field = byId('messageInput', HTMLTextAreaElement)
  const form = byId('composer', HTMLFormElement)
  const emoji = byId('emojiBtn', HTMLButtonElement)
  /** @type {(() => void) | null} */
  let closeEmoji = null
  emoji.addEventListener('click', () => {
    if (emoji.getAttribute('aria-expanded') === 'true') return closeEmoji?.()
    void import('./emoji-picker.js').then(({ openEmojiPicker }) => { closeEmoji = openEmojiPicker(emoji, field) })
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const text = field.value.trim()
    if (text === '') return field.focus()
    void conversation.say(text).then((sent) => {
      if (sent && field.value.trim() === text) field.value = ''
    })
  })
  field.addEventListener('keydown', (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  })
}
