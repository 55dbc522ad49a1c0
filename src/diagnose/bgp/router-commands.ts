// How somebody asks a router, in the words of its vendor.

/** What a router says about one neighbour. @param vendor a name of `--vendor` */
export function neighbourCommand(vendor: string, node: string): string {
  const ip = node.includes(':') ? 'ipv6' : 'ipv4'
  switch (vendor) {
    case 'bird':
      return 'birdc show protocols all'
    case 'openbgpd':
      return `bgpctl show neighbor ${node}`
    case 'mikrotik6':
      return `/routing bgp peer print status where remote-address=${node}`
    case 'mikrotik7':
      return `/routing/bgp/session/print detail where remote.address=${node}`
    case 'cisco-ios':
      return ip === 'ipv4' ? `show ip bgp neighbors ${node}` : `show bgp ipv6 unicast neighbors ${node}`
    case 'nxos':
      return `show bgp ${ip} unicast neighbors ${node}`
    case 'junos':
      return `show bgp neighbor ${node}`
    case 'arista':
      return `show bgp neighbors ${node}`
    case 'vyos':
      return `show bgp ${ip} neighbors ${node}`
    default:
      return `vtysh -c "show bgp neighbors ${node}"`
  }
}

const WITHOUT_SHELL = ['mikrotik6', 'mikrotik7', 'cisco-ios', 'nxos', 'junos', 'arista']

/** undefined: there is no shell to ask in. @param vendor a name of `--vendor` */
export function listenersCommand(vendor: string, port: number): string | undefined {
  if (WITHOUT_SHELL.includes(vendor)) return undefined
  if (vendor === 'opnsense') return `sockstat -l -p ${port}`
  if (vendor === 'openbgpd') return 'netstat -ln -p tcp'
  return `ss -ltnp "sport = :${port}"`
}
