// `--facts FILE` of `diagnose bgp`.
import type { BgpFacts } from '../diagnose/bgp/bgp-facts.ts'
import { readBgpFacts } from '../diagnose/bgp/read-bgp-facts.ts'
import { factsOfFile } from './diagnose-facts.ts'

/** Takes a whole report of `-o json`, or the facts alone. @throws LbctlError `input` */
export const readBgpFactsFile = (path: string): BgpFacts[] => factsOfFile(path, readBgpFacts, 'bgp PEER')
