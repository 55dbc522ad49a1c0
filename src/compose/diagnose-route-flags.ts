import { boolean, integer, string } from '@oclif/core/flags'
import { outputFlags, withEnvironment } from './command-flags.ts'

export const routeFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  from: string({
    description: 'address of a client: also look at the way of the answer, and at rp_filter',
    helpValue: 'CLIENT',
  }),
  interface: string({
    description:
      "interface on which the client's request comes in; by default the one that has the address on its link",
    helpValue: 'NAME',
    dependsOn: ['from'],
  }),
  source: string({
    description: 'address of this host to send from; as the route says by default',
    helpValue: 'IP',
  }),
  port: integer({ description: 'also try this port, and tell who refuses', min: 1, max: 65_535 }),
  udp: boolean({
    description: 'try the port with an empty UDP datagram instead of TCP',
    dependsOn: ['port'],
  }),
  timeout: string({ description: 'time to wait for the port', default: '4s', helpValue: 'TIME' }),
  netns: string({ description: 'work in this network namespace', helpValue: 'NAME|PID' }),
})
