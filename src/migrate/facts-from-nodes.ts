import { type MapNode, spanOf } from '../config/source/node.ts'
import { nodeToJson } from '../config/source/to-json.ts'
import { type NodeFact, nodeFact, type ServiceFact, serviceFact } from './facts.ts'

export const serviceFacts = (nodes: readonly MapNode[]): ServiceFact[] =>
  nodes.map((node) => serviceFact(nodeToJson(node), spanOf(node)))

export const nodeFacts = (nodes: readonly MapNode[]): NodeFact[] =>
  nodes.map((node) => nodeFact(nodeToJson(node)))
