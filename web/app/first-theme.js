// Runs before the first paint, so that a chosen theme does not flash up as another. theme.js changes it later.
try {
  const theme = localStorage.getItem('grtc.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch { /* storage is forbidden: as the system has it */ }
