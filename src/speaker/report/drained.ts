/** What a node gave up that was taken out of service. */
export interface Drained {
  readonly node: string
  /** BGP sessions that were ended with a shutdown */
  readonly sessions: number
  /** other speakers were there to take over layer 2 */
  readonly others: boolean
}
