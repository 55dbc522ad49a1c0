// Text inside of XML.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
}

/** XML 1.0 has no way to write most control characters, nor halves of surrogate pairs. */
export const xml = (text: string): string =>
  text
    .replaceAll(/(?![\t\n\r])[\p{Cc}\ud800-\udfff\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[&<>"'\n]/g, (char) => ENTITIES[char] ?? char)
