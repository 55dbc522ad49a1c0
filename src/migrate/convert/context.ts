import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Node } from '../../config/source/node.ts'
import type { MigrateCode } from '../codes.ts'
import type { LegacyMinor } from '../dialect.ts'
import { report } from '../legacy/readers.ts'
import type { NameBook } from '../names.ts'

export interface ConvertOptions {
  /** the release that the user says the configuration ran on */
  readonly assumeVersion: LegacyMinor | undefined
  /** write defaults out */
  readonly explicit: boolean
  readonly inlinePasswords: boolean
  /** `descriptive`: after what the object is about; `legacy`: as MetalLB's own converter numbers them */
  readonly names: 'descriptive' | 'legacy'
}

/** What the converters share during one run. */
export interface Convert {
  readonly options: ConvertOptions
  readonly diagnostics: Diagnostic[]
  readonly names: NameBook
}

export const DEFAULT_NAMESPACE = 'metallb-system'

export const say = (
  convert: Pick<Convert, 'diagnostics'>,
  code: MigrateCode,
  severity: Diagnostic['severity'],
  at: Node,
  message: string,
  hint?: string,
): void => report(convert, code, severity, at, message, hint)

/** Something required is not there (M012), unless what stands there was refused already: one mistake, one message. */
export function sayMissing(
  convert: Pick<Convert, 'diagnostics'>,
  at: Node,
  message: string,
  hint?: string,
): void {
  const refused = convert.diagnostics.some(
    (d) =>
      d.severity === 'error' && d.at?.source === at.source && d.at.start >= at.start && d.at.start <= at.end,
  )
  if (!refused) say(convert, 'M012', 'error', at, message, hint)
}
