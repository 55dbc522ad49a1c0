// The second half of the demo: hosts in network namespaces of this machine, an address that answers, then one that nobody announces,
// then one that two hosts claim. Needs Linux, root and iproute2; elsewhere it says so and is left out.
import { spawnSync } from 'node:child_process'

const ADDRESS = '192.0.2.240'
const CLIENT = '192.0.2.1'

/** Why it cannot run here; undefined when it can. */
export function whyNotHere() {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (process.getuid?.() !== 0) return 'it needs root, to make network namespaces'
  if (spawnSync('ip', ['-V'], { stdio: 'ignore' }).error !== undefined)
    return 'it needs the ip command (package iproute2)'
  return undefined
}

/**
 * @param {(line: string, namespace: string, args: string[], expectedCode: number) => void} show runs lbctl in a namespace and prints both
 * @param {(text: string) => void} say
 */
export function demoArp(show, say) {
  const id = `lbd${process.pid}`
  const [client, nodeA, nodeB, lan] = ['c', 'a', 'b', 'l'].map((part) => `${id}${part}`)
  const namespaces = [client, nodeA, nodeB, lan]
  try {
    for (const name of namespaces) ip('netns', 'add', name)
    ip('-n', lan, 'link', 'add', 'br0', 'type', 'bridge')
    ip('-n', lan, 'link', 'set', 'br0', 'up')
    for (const [index, host] of [client, nodeA, nodeB].entries()) {
      ip('link', 'add', 'eth0', 'netns', host, 'type', 'veth', 'peer', 'name', `port${index}`, 'netns', lan)
      ip('-n', lan, 'link', 'set', `port${index}`, 'master', 'br0', 'up')
      ip('-n', host, 'link', 'set', 'eth0', 'up')
      ip('-n', host, 'addr', 'add', `192.0.2.${index + 1}/24`, 'dev', 'eth0')
    }
    const diagnose = (expected) =>
      show(`lbctl diagnose arp ${ADDRESS}`, client, ['diagnose', 'arp', ADDRESS], expected)
    say(`A client (${CLIENT}) and two nodes share a bridge. Node A announces ${ADDRESS}:`)
    ip('-n', nodeA, 'addr', 'add', `${ADDRESS}/32`, 'dev', 'eth0')
    diagnose(0)
    say(`Now node A stops announcing. curl would say "No route to host":`)
    ip('-n', nodeA, 'addr', 'del', `${ADDRESS}/32`, 'dev', 'eth0')
    diagnose(1)
    say('And now both nodes announce, as they do when they cannot see each other:')
    for (const node of [nodeA, nodeB]) ip('-n', node, 'addr', 'add', `${ADDRESS}/32`, 'dev', 'eth0')
    diagnose(1)
  } finally {
    for (const name of namespaces) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
  }
}

function ip(...args) {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`)
}
