import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { RouteDiagnosisFacts } from '../route-facts.ts'
import { replyText } from './return-route.ts'

export const rpFilter: Check<RouteDiagnosisFacts> = {
  id: 'rp-filter',
  title: 'the reverse path filter lets the request in',
  evaluate: ({ returnPath, target }): CheckOutcome => {
    if (returnPath === undefined) return skip('no client was named (--from)')
    const { rpFilter: filter, arrival, client, reply } = returnPath
    const on = arrival.interface
    if (!reply.found && reply.uncertain === undefined)
      return skip('there is no way back at all, whatever the filter does')
    if (!filter.drops) return pass(`on ${on}: ${filter.mode}, ${filter.reason}`)
    return fail({
      code: 'F30',
      title: `This host drops requests of ${client} that come in on ${on}: ${filter.mode} rp_filter.`,
      severity: 'error',
      confidence: arrival.how === 'given' ? 'certain' : 'likely',
      subject: `${client} on ${on}`,
      evidence: [
        `net.ipv4.conf.all.rp_filter is ${filter.all ?? 'unknown'}, net.ipv4.conf.${on}.rp_filter is ${filter.ofInterface ?? 'unknown'}: the larger counts`,
        filter.reason,
        ...(reply.found ? [`the answer would leave ${replyText(reply)}`] : []),
      ],
      cause: `The kernel throws the request away before any program or firewall rule for ${target.address} sees it, and counts it under IPReversePathFilter; the client sees a time-out.`,
      fix: [
        {
          text: `Let the way back to the client use ${on}: a route, or a rule for the subnet of the address.`,
          command: `ip rule add from ${target.address} lookup 100 && ip route add default via ROUTER dev ${on} table 100`,
        },
        ...(filter.mode === 'strict'
          ? [
              {
                text: 'Or make the filter loose, on this interface and for all (the larger value counts, and 2 is loose).',
                command: `sysctl -w net.ipv4.conf.${on}.rp_filter=2`,
              },
            ]
          : []),
        {
          text: 'See whether the counter rises with each request.',
          command: 'nstat -az TcpExtIPReversePathFilter',
        },
      ],
      notTested: ['nftables and iptables rules with rpfilter or fib, which some distributions use instead'],
    })
  },
}
