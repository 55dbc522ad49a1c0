// What the prober needs: somebody on the links who can be asked to ask.
import type { Ip } from '../../net/ip.ts'

/** A speaker that listens for such questions. */
export interface ProbingSpeaker {
  /** for people, and unique: the node or the address */
  readonly name: string
}

/** What a speaker found out about one address. */
export type ProbeFinding =
  | { readonly kind: 'free' }
  /** a Service has it as far as the speaker knows: who answers is one of us, so nothing was sent */
  | { readonly kind: 'announced' }
  /** `by`: a hardware address */
  | { readonly kind: 'in-use'; readonly by: string }
  /** this speaker would not announce it by layer 2 */
  | { readonly kind: 'no-link' }
  /** no pool has it, or nothing announces the pool, as far as the speaker has heard: it may lag behind us */
  | { readonly kind: 'not-known' }
  | { readonly kind: 'failed'; readonly why: string }

export type SpeakerAnswer =
  | {
      readonly ok: true
      readonly node: string
      /** hardware addresses of the node */
      readonly macs: readonly string[]
      /** by text of the address; what is missing was not answered */
      readonly findings: ReadonlyMap<string, ProbeFinding>
    }
  /** a fragment: `it does not answer within 5 s` */
  | { readonly ok: false; readonly why: string }

export interface ProbingSpeakers<S extends ProbingSpeaker = ProbingSpeaker> {
  /** Never rejects. A text: why it is not known who could be asked. */
  list(): Promise<readonly S[] | string>
  /** Never rejects. No address at all: only who it is. */
  ask(speaker: S, addresses: readonly Ip[], withinMs: number): Promise<SpeakerAnswer>
}
