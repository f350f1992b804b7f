const kSide = 96
const kChars = 16_000
/** Larger ones take long to decode only to be a small square. */
const kPictureBytes = 32 * 2 ** 20

/** A small picture of a picture, as a data: address; '' for anything else. @param {File} file */
export async function thumbnailOf(file) {
  if (!/^image\/(jpeg|png|webp|gif|bmp|avif)$/.test(file.type) || file.size > kPictureBytes) return ''
  try {
    const picture = await createImageBitmap(file)
    const scale = kSide / Math.max(picture.width, picture.height, kSide)
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(picture.width * scale))
    canvas.height = Math.max(1, Math.round(picture.height * scale))
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    const text = canvas.toDataURL('image/webp', 0.7)
    return text.length <= kChars ? text : ''
  } catch {
    return '' // not the picture that it says it is
  }
}
