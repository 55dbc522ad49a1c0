// Nodes of a file: objects with their labels, or lines of a name and addresses.
import type { NodeObject } from '../config/objects/read-object.ts'
import { readObjects } from '../config/objects/read-objects.ts'
import { parseYaml } from '../config/source/parse.ts'
import { Source } from '../config/source/source.ts'
import { formatIp } from '../net/ip.ts'
import { readNodes, readText } from './diagnose-nodes.ts'

/** @throws LbctlError */
export async function nodesInFile(path: string): Promise<readonly NodeObject[]> {
  const fromText = (text: string) => readObjects(parseYaml(new Source(path, text)).documents).objects.nodes
  const text = readText(path)
  const objects = /^\s*\{/.test(text) || /^\s*-?\s*kind:/m.test(text) ? fromText(text) : []
  if (objects.length > 0) return objects
  const named = (await readNodes(path)).map(({ name, addresses }) => ({
    ...{ apiVersion: 'v1', kind: 'Node' },
    // The kubelet gives every node these labels; speakers want Linux.
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    status: { addresses: addresses.map((each) => ({ type: 'InternalIP', address: formatIp(each) })) },
  }))
  return fromText(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: named }))
}
