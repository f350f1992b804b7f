/** What is going on now, on one line that the next one replaces. Only for a person who watches. */
export function progress(text = '') {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}
