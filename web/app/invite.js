import { el, setText } from './dom.js'
import { t } from './i18n.js'
import { qrCode } from './qr.js'

const kNamespace = 'http://www.w3.org/2000/svg'
/** Light modules around a code, as readers need them. */
const kQuiet = 4

/** Shows how others get into the room: the link to copy, the system's share sheet where there is one, and a QR code. Made here:
 *  nobody else learns of the room.
 *  @param {string} link */
export function openInvite(link) {
  const status = el('p', { class: 'hint', role: 'status', 'data-testid': 'invite-status' })
  const field = el('input', { type: 'text', readonly: true, dir: 'ltr', 'aria-label': t('invite.link'), 'data-testid': 'invite-link', onfocus: () => field.select() })
  field.value = link
  const copy = async () => {
    field.select()
    try {
      // Missing on plain http: the link stays selected, to be copied by hand.
      await navigator.clipboard.writeText(link)
      setText(status, t('room.copied'))
    } catch {
      setText(status, t('invite.byHand'))
    }
  }
  const share = () => void navigator.share({ title: t('invite.title'), url: link }).catch(() => {})
  const code = qrCode(link)
  const dialog = el('dialog', { class: 'invite', 'aria-labelledby': 'inviteTitle', 'data-testid': 'invite', onclose: () => dialog.remove() },
    el('h2', { id: 'inviteTitle' }, t('invite.title')),
    el('p', {}, t('invite.text')),
    field,
    el('p', { class: 'invite-actions' },
      el('button', { class: 'button primary', type: 'button', 'data-testid': 'invite-copy', onclick: () => void copy() }, t('room.copy')),
      typeof navigator.share === 'function' ? el('button', { class: 'button quiet', type: 'button', onclick: share }, t('invite.share')) : null,
      el('button', { class: 'button quiet', type: 'button', 'data-testid': 'invite-close', onclick: () => dialog.close() }, t('close'))),
    status,
    code ? picture(code) : null)
  // A click beside it closes it, as everywhere.
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close() })
  document.body.append(dialog)
  dialog.showModal()
  field.focus()
}

/** @param {boolean[][]} code */
function picture(code) {
  const size = code.length + 2 * kQuiet
  const svg = document.createElementNS(kNamespace, 'svg')
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`)
  svg.setAttribute('class', 'qr')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', t('invite.qr'))
  svg.setAttribute('data-testid', 'qr')
  const path = document.createElementNS(kNamespace, 'path')
  path.setAttribute('d', code.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + kQuiet} ${y + kQuiet}h1v1h-1z` : ''))).join(''))
  svg.append(path)
  return svg
}
