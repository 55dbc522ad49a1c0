// What `speaker drain` has done.
import type { Drained } from '../../speaker/report/drained.ts'

export function renderDrained({ node, sessions, others }: Drained): string {
  const count = sessions === 1 ? 'One BGP session' : `${sessions} BGP sessions`
  const bgp =
    sessions === 0
      ? 'It had no BGP session.'
      : `${count} ended with a shutdown, so that the routers drop its routes.`
  const layer2 = others
    ? 'Other speakers answer for its addresses now.'
    : 'No other speaker was there to answer for its addresses.'
  return `The speaker of ${node} is out of service. ${bgp} ${layer2}\n`
}
