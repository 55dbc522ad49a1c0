// The syntax tree of CEL, and the error for what is none.

export type Literal = null | boolean | bigint | number | string | Uint8Array

export type CelNode = { readonly at: number } & (
  | { readonly type: 'literal'; readonly value: Literal }
  | { readonly type: 'uint'; readonly value: bigint }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'select'; readonly operand: CelNode; readonly field: string }
  | { readonly type: 'has'; readonly operand: CelNode; readonly field: string }
  | { readonly type: 'index'; readonly operand: CelNode; readonly index: CelNode }
  | {
      readonly type: 'call'
      readonly target?: CelNode
      readonly name: string
      readonly args: readonly CelNode[]
    }
  | { readonly type: 'unary'; readonly operator: '!' | '-'; readonly operand: CelNode }
  | {
      readonly type: 'binary'
      readonly operator: BinaryOperator
      readonly left: CelNode
      readonly right: CelNode
    }
  | { readonly type: 'if'; readonly test: CelNode; readonly then: CelNode; readonly otherwise: CelNode }
  | { readonly type: 'list'; readonly items: readonly CelNode[] }
  | { readonly type: 'map'; readonly entries: readonly (readonly [CelNode, CelNode])[] }
  | ({ readonly type: 'macro' } & Macro)
)

export interface Macro {
  readonly macro: 'all' | 'exists' | 'exists_one' | 'filter' | 'map'
  readonly range: CelNode
  readonly variable: string
  /** map with three arguments: only items that pass are mapped. */
  readonly filter?: CelNode
  readonly body: CelNode
}

export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'

/** An expression that cannot be used, and the column (from 1) where that shows. */
export class CelSyntaxError extends Error {
  readonly column: number

  constructor(offset: number, problem: string) {
    super(`column ${offset + 1}: ${problem}`)
    this.name = 'CelSyntaxError'
    this.column = offset + 1
  }
}
