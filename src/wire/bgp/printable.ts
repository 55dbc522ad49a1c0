// Words from the other side, made safe for a terminal and a log.

// Control characters, and the marks that turn the direction of writing or break lines (RFC 9003 §6 warns of both).
const UNSAFE = /[\p{Cc}\p{Cs}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu

/** Each unsafe character becomes U+FFFD. */
export const printable = (text: string): string => text.replace(UNSAFE, '\ufffd')
