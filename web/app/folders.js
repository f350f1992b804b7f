/** More files than this are no list that anybody accepts one by one. */
const kFiles = 200

/** The files of dropped folders, as a flat list, each once; at most 200.
 *  @param {readonly (FileSystemEntry | null)[]} entries
 *  @returns {Promise<File[]>} */
export async function filesOf(entries) {
  /** @type {File[]} */
  const files = []
  const waiting = [...entries]
  while (waiting.length > 0 && files.length < kFiles) {
    const entry = waiting.shift()
    if (entry?.isFile) {
      files.push(await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject)))
    } else if (entry?.isDirectory) {
      const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader()
      // A reader gives some at a time, and none at the end.
      for (;;) {
        const some = await new Promise((/** @type {(entries: FileSystemEntry[]) => void} */ resolve, reject) => reader.readEntries(resolve, reject))
        if (some.length === 0 || waiting.length > kFiles) break
        waiting.push(...some)
      }
    }
  }
  return files
}
