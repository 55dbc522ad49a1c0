// What can be chosen about an installation.

export type InstallMode = 'speaker' | 'controller' | 'all'

export interface InstallOptions {
  readonly mode: InstallMode
  readonly namespace: string
  /** of all containers, with tag or digest */
  readonly image: string
  /** Secrets with which the image is pulled */
  readonly imagePullSecrets: readonly string[]
  /** serve Services of this loadBalancerClass alone */
  readonly loadBalancerClass?: string | undefined
  /** labels of the nodes that get a speaker; every Linux node when empty */
  readonly nodeSelector: Readonly<Record<string, string>>
  readonly ignoreExcludeLabel: boolean
  /** accept BGP connections on port 179 of the nodes, which takes one more capability */
  readonly bgpListen: boolean
  /** the controller has a speaker ask on the link before it hands out an address */
  readonly probeBeforeAssign: boolean
  /** check resources when they are written, and convert BGPPeers between versions */
  readonly webhooks: boolean
  readonly networkPolicies: boolean
  /** for clusters with the Prometheus operator: its kind is not served elsewhere */
  readonly podMonitor: boolean
  readonly logLevel: string
}

export const hasSpeaker = ({ mode }: InstallOptions): boolean => mode !== 'controller'
export const hasController = ({ mode }: InstallOptions): boolean => mode !== 'speaker'
/** Webhooks are served by the controller. */
export const hasWebhooks = (options: InstallOptions): boolean => options.webhooks && hasController(options)
