/** What is to be another way than the configuration says now. */
export interface Changes {
  readonly myAsn?: number
  readonly peerAsn?: number
  readonly multihop?: boolean
  readonly password?: boolean
  readonly bothFamilies?: boolean
  readonly removeGtsm?: boolean
}
