// Text that comes from outside, before a terminal sees it.

const HARMFUL = /[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu

/**
 * Replaces, one for one, the characters that could steer the terminal (control characters) or make a line read as
 * another one (marks for the writing direction).
 */
export const safeText = (text: string): string => text.replaceAll(HARMFUL, '\ufffd')
