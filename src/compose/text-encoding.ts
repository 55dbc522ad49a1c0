// Bytes → text. Everything is read as UTF-8, but PowerShell writes UTF-16 with a byte order mark when output goes to a file.

export type DecodedText =
  | { readonly ok: true; readonly text: string }
  /** `before` is the text in front of the first byte that is no text */
  | { readonly ok: false; readonly before: string; readonly reason: string }

/** The text without its byte order mark, or why these bytes are no text. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const packed = archiveKind(bytes)
  if (packed !== undefined) return { ok: false, before: '', reason: `it is ${packed}` }
  const encoding = encodingOf(bytes)
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    const nul = text.indexOf('\0')
    return nul < 0
      ? { ok: true, text }
      : { ok: false, before: text.slice(0, nul), reason: 'it holds a NUL byte' }
  } catch {
    // The decoder does not say where it failed; reading once more with replacement characters does.
    const lossy = new TextDecoder(encoding).decode(bytes)
    const at = lossy.indexOf('\ufffd')
    return {
      ok: false,
      before: lossy.slice(0, Math.max(0, at)),
      reason: `it holds bytes that are not ${encoding.toUpperCase()}`,
    }
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

function archiveKind(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'compressed with gzip'
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4) return 'a zip archive'
  return undefined
}
