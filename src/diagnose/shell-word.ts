// A word of a command that a person copies into a shell.

/** Quoted where a POSIX shell would take it for something else. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
