// The steps of a diagnosis while it runs, on stderr.
import { safeText } from '../safe-text.ts'
import { createTheme } from '../theme.ts'

export const renderStep = (name: string, text: string, colorLevel: 0 | 1 | 2 | 3): string =>
  `${createTheme(colorLevel).faint(`${name.padEnd(10)} ${safeText(text)}`)}\n`
