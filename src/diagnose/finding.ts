// What a diagnosis says. A finding is data: the same one comes from facts of a live host, of a file or of a bundle.
import type { Severity } from '../config/diagnostic.ts'

/** `certain`: nothing else explains the evidence; `likely`: the usual reason; `possible`: one of several. */
export type Confidence = 'certain' | 'likely' | 'possible'

/** One way out: a whole sentence, and the command that does it or the configuration to paste when there is one. */
export interface Fix {
  readonly text: string
  readonly command?: string
  /** lines, each as it is to be pasted */
  readonly configuration?: readonly string[]
}

export interface Finding {
  /** stable, with a page under docs/findings: `F17` */
  readonly code: string
  /** the result in one line, with its subject */
  readonly title: string
  readonly severity: Severity
  readonly confidence: Confidence
  /** what it is about: an address, an interface */
  readonly subject: string
  /** what was seen, most telling first; whole lines */
  readonly evidence: readonly string[]
  readonly cause: string
  /** most likely help first */
  readonly fix: readonly Fix[]
  /** page of the code, from the package's folder */
  readonly docs: string
  /** from where it was seen */
  readonly vantage: string
  /** what else could be and was not looked at */
  readonly notTested: readonly string[]
  /** other codes that the same evidence allows, most likely first */
  readonly candidates: readonly string[]
}

/** A finding as a check writes it; the engine adds where the page is and the vantage. */
export type FindingDraft = Omit<Finding, 'docs' | 'vantage' | 'notTested' | 'candidates'> & {
  readonly notTested?: readonly string[]
  readonly candidates?: readonly string[]
}

/** What came of one check. `skip`: it does not apply here; `unknown`: it does, and could not be answered. */
export type CheckOutcome =
  | { readonly result: 'pass'; readonly note: string }
  | { readonly result: 'fail'; readonly finding: FindingDraft }
  | { readonly result: 'skip'; readonly reason: string }
  | { readonly result: 'unknown'; readonly reason: string }

export const pass = (note: string): CheckOutcome => ({ result: 'pass', note })
export const fail = (finding: FindingDraft): CheckOutcome => ({ result: 'fail', finding })
export const skip = (reason: string): CheckOutcome => ({ result: 'skip', reason })
export const unknown = (reason: string): CheckOutcome => ({ result: 'unknown', reason })
