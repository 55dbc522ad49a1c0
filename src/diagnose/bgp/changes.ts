/** What is to be another way than the configuration says now. */
export interface Changes {
  readonly myAsn?: number
  readonly peerAsn?: number
  readonly multihop?: boolean
  readonly password?: boolean
  readonly bothFamilies?: boolean
  readonly removeGtsm?: boolean
  /** families are to be switched on for the neighbour */
  readonly activate?: boolean
  /** the AS number that the router has for the others */
  readonly routerAsn?: number
}
