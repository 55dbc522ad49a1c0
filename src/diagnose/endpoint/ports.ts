// What the explanation of an endpoint needs beside the kernel: what every program on every system can do.
import type { Ip } from '../../net/ip.ts'
import type { Surroundings } from '../collect/question.ts'
import type { HttpFacts, PlainReach } from './endpoint-facts.ts'

export interface EndpointSurroundings {
  readonly hostName: string
  readonly platform: string
  /** a whole sentence where the kernel cannot be asked: another system, or the optional package is not there */
  readonly kernel: Surroundings | { readonly notRead: string }
  readonly nowMs: () => number
  /** As getaddrinfo(3) answers, in its order. Rejects with an error that has a `code`: `ENOTFOUND`, `timeout`. */
  lookUp(name: string, timeoutMs: number): Promise<readonly Ip[]>
  /** TCP: connects, and closes without a byte. */
  connect(address: Ip, zone: string | undefined, port: number, timeoutMs: number): Promise<PlainReach>
  /** One HEAD request, which follows no redirect and trusts any certificate. */
  head(question: HeadQuestion): Promise<HttpFacts>
}

export interface HeadQuestion {
  readonly tls: boolean
  /** connected to */
  readonly address: Ip
  readonly zone: string | undefined
  readonly port: number
  /** for the header Host and for TLS */
  readonly host: string
  readonly path: string
  readonly timeoutMs: number
}
