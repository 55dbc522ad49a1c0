// Who has the sessions with the routers on a node that was read.
import type { HostFacts } from '../host-facts.ts'
import type { FaultCase } from './cases.ts'
import { inFrrMode } from './neighbour-cases.ts'
import { onOne, readHosts } from './world-hosts.ts'

const withSession = (host: HostFacts, program: string): HostFacts => ({
  ...host,
  sessions: [{ local: '192.0.2.11:40001', remote: '192.0.2.1:179', state: 'established', program }],
})

export const OWN_SESSION_CASES: readonly FaultCase[] = [
  {
    name: 'BIRD of a network plugin, which has the session',
    code: 'F40',
    check: 'own-session',
    says: /bird on node-a has the session with the router 192\.0\.2\.1/,
    fault: (world) =>
      readHosts(
        world,
        onOne('node-a', (host) => withSession(host, 'bird')),
      ),
    // lbctl's speaker, started by hand in the place of MetalLB's, has the name of its runtime.
    twin: (world) =>
      readHosts(
        world,
        onOne('node-a', (host) => withSession(host, 'node')),
      ),
  },
  {
    name: 'a BGP speaker that no list has, which has the session',
    code: 'F40',
    check: 'own-session',
    says: /bio-rd on node-a has the session with the router 192\.0\.2\.1/,
    fault: (world) =>
      readHosts(
        world,
        onOne('node-a', (host) => withSession(host, 'bio-rd')),
      ),
    // As its image of another maker names it.
    twin: (world) =>
      readHosts(
        world,
        onOne('node-a', (host) => withSession(host, 'metallb-speaker')),
      ),
  },
  {
    name: 'native speakers whose session FRR of the host has',
    code: 'F40',
    check: 'own-session',
    says: /bgpd on node-a has the session with the router/,
    fault: (world) =>
      readHosts(
        world,
        onOne('node-a', (host) => withSession(host, 'bgpd')),
      ),
    twin: (world) => {
      inFrrMode(world)
      readHosts(
        world,
        onOne('node-a', (host) => withSession(host, 'bgpd')),
      )
    },
  },
  {
    name: 'FRR of MetalLB, whose session a speaker of an older mode has kept',
    code: 'F40',
    check: 'own-session',
    says: /speaker on node-a has the session with the router/,
    fault: (world) => {
      inFrrMode(world)
      readHosts(
        world,
        onOne('node-a', (host) => withSession(host, 'speaker')),
      )
    },
    // A process that was gone before its name could be read is nobody's.
    twin: (world) => {
      inFrrMode(world)
      readHosts(
        world,
        onOne('node-a', (host) => withSession(host, 'unknown')),
      )
    },
  },
  {
    name: 'BIRD that listens, and no session with the router',
    code: 'F40',
    check: 'own-session',
    severity: 'warning',
    says: /bird listens for BGP on node-a/,
    fault: (world) =>
      readHosts(
        world,
        onOne('node-a', (host) => ({ ...host, listeners: [{ address: '0.0.0.0:179', program: 'bird' }] })),
      ),
    twin: (world) =>
      readHosts(
        world,
        onOne('node-a', (host) => ({
          ...withSession(host, 'speaker'),
          listeners: [{ address: '0.0.0.0:179', program: 'bird' }],
        })),
      ),
  },
]
