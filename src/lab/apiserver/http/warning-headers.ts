/** RFC 7234 §5.5 as Go writes it: code 299, no agent, the text quoted. */
export const warningHeaders = (warnings: readonly string[]): readonly string[] =>
  warnings.map((text) => `299 - ${JSON.stringify(text)}`)
