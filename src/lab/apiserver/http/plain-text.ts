import type { ApiAnswer } from './request.ts'

/** An answer that is text and no Status. */
export const plainText = (code: number, text: string, headers: Record<string, string> = {}): ApiAnswer => ({
  code,
  body: text,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers },
})
