// Text inside of XML.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}

/** Marks for the writing direction are XML, and make a line on a terminal read as another one: they are written by number. */
const DIRECTION = /[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** XML 1.0 has no way to write most control characters, nor halves of surrogate pairs. */
export const xml = (text: string): string =>
  text
    .replaceAll(/(?![\t\n\r])[\p{Cc}\ud800-\udfff\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[&<>"'\n\r\t]/g, (char) => ENTITIES[char] ?? char)
    .replaceAll(DIRECTION, (char) => `&#${char.charCodeAt(0)};`)
