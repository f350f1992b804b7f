import { remember, remembered } from './prefs.js'

const kThemes = ['light', 'dark']

/** `light`, `dark`, or `system`. */
export function chosenTheme() {
  const theme = remembered('theme') ?? ''
  return kThemes.includes(theme) ? theme : 'system'
}

/** @param {string} theme */
export function useTheme(theme) {
  remember('theme', theme)
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
