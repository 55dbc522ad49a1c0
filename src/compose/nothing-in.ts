import type { Diagnostic } from '../config/diagnostic.ts'
import type { Source } from '../config/source/source.ts'

/** For a text that parses and holds no document. */
export const nothingIn = (source: Source): Diagnostic => ({
  code: 'V002',
  severity: 'error',
  message: 'There is nothing but comments in it.',
  at: { source, start: 0, end: 0 },
})
