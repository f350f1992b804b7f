import { setUpBanners } from './banner.js'
import { setUpChat } from './chat.js'
import { Conversation } from './conversation.js'
import { byId } from './dom.js'
import { setUpFiles } from './files-entry.js'
import { currentLanguage, onLanguage, setLanguage, translatePage } from './i18n.js'
import { ItemsPanel } from './items-panel.js'
import { setUpJoining } from './join-form.js'
import { setUpNotices } from './notices.js'
import { setUpPeople } from './people.js'
import { setUpTabs } from './tabs.js'

onLanguage(() => translatePage(document))
const language = byId('language', HTMLSelectElement)
language.value = currentLanguage()
language.addEventListener('change', () => void setLanguage(language.value))

const conversation = new Conversation()
setUpJoining(conversation)
setUpBanners(conversation)
setUpPeople(conversation)
setUpChat(conversation)
setUpTabs(conversation)
setUpFiles(conversation)
setUpNotices(conversation)
new ItemsPanel().start()
// What a call needs comes after the first paint.
const { setUpCall } = await import('./call/index.js')
await setUpCall(conversation)
document.documentElement.dataset.ready = 'true'
