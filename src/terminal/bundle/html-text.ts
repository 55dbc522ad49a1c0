// Text that is somebody else's, as text of an HTML page.
import { safeText } from '../safe-text.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Noncharacters have no place in a document (HTML §13.2.3.5); marks for the writing direction make a line read as another one. */
export const html = (text: string): string =>
  text
    .split(/([\t\n])/)
    .map((each) => (each === '\t' || each === '\n' ? each : safeText(each)))
    .join('')
    .replaceAll(/\p{Noncharacter_Code_Point}/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
