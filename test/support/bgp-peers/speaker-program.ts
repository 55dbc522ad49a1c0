// Our speaker as a process that can be killed: announces what it is told and says on stdout that it runs.

import type { Host } from './hosts.ts'
import { ourOptions, type Setting } from './matrix.ts'
import { advertisement, OurSpeaker } from './our-speaker.ts'

export interface SpeakerProgram {
  readonly us: Host
  readonly them: Host
  readonly setting: Pick<Setting, 'ours' | 'overIpv6' | 'theirAsn'>
  readonly restarted: boolean
  readonly prefixes: readonly string[]
}

const { us, them, setting, restarted, prefixes } = JSON.parse(process.argv[2] ?? '') as SpeakerProgram
const our = await OurSpeaker.start([ourOptions(us, them, setting)], { restarted })
our.announce(...prefixes.map((prefix) => advertisement(prefix)))
console.log('runs')
