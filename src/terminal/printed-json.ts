// JSON for stdout, which may be a terminal: JSON escapes most control characters by itself, and leaves those that some terminals obey
// all the same, and the marks for the writing direction, which make a line read as another one. Escaped, they are the same JSON.

const HARMFUL = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** @param asNull values that are undefined are null; otherwise they are left out */
export const printedJson = (value: unknown, indent?: number, asNull = false): string =>
  JSON.stringify(value, asNull ? nullForUndefined : undefined, indent).replaceAll(
    HARMFUL,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const nullForUndefined = (_key: string, value: unknown): unknown => (value === undefined ? null : value)
