/** What stands in the place of a secret, wherever lbctl shows or writes a text. Not even the length of a secret is told. */
export const HIDDEN = '(hidden)'
