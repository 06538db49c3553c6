import type { IConfigMap, ISecret } from 'cdk8s-plus-28';
import type { AgentRuntime } from '../agent/agent-runtime.ts';
import type { McpServer } from '../agent/mcp-server.ts';
import type { InferencePolicy } from '../policy/inference-policy.ts';
import type { ParentProxy } from '../policy/parent-proxy.ts';
import type { ToolPolicy } from '../policy/tool-policy.ts';
import type { CustomResourceProps } from '../private/custom-resource.ts';
import type { AgentResources } from './agent-resources.ts';
import type { SandboxApprovals } from './approvals.ts';
import type { EgressLimits } from './egress-limits.ts';
import type { EgressLearning } from './learning.ts';
import type { Egress } from './egress.ts';
import type { Inbound } from './inbound.ts';
import type { SandboxScheduling } from './scheduling.ts';
import type { SandboxSecret } from './secrets.ts';
import type { SignedEgress } from './signed-egress.ts';
import type { SandboxState } from './state.ts';
import type { SandboxWorkload } from './workload.ts';
import type { SandboxWorkspace } from './workspace.ts';

/** Certificates in a key of a ConfigMap in the namespace of the sandbox, in PEM. */
export interface CertificateBundle {
  /** The ConfigMap. */
  readonly configMap: IConfigMap;
  /** Its key. */
  readonly key: string;
}

/** Props of {@link KarsSandbox}. */
export interface KarsSandboxProps extends CustomResourceProps {
  /** What runs in the sandbox. */
  readonly agent: AgentRuntime;
  /** Which models the agent may use. */
  readonly inferencePolicy: InferencePolicy;
  /**
   * Which tools the agent may offer to its model.
   *
   * @default the agent may offer none
   */
  readonly toolPolicy?: ToolPolicy;
  /**
   * Hosts and ports that the agent may connect to.
   *
   * @default none
   */
  readonly egress?: readonly Egress[];
  /**
   * What the agent may connect to, from an artifact that was signed. It stands for `egress`, `blockedHosts`
   * and `encryptedHello`, which may only say the same; the egress proxy verifies it again, and takes no
   * other list. Approvals stay inside what the artifact says is approvable.
   *
   * @default nothing is signed
   */
  readonly signedEgress?: SignedEgress;
  /**
   * Hosts that nothing opens, neither an entry nor an approval: exact ones, or `*.suffix` for every host
   * below the suffix. For what a suffix among the entries should not have, and for what nobody may approve.
   *
   * @default none
   */
  readonly blockedHosts?: readonly string[];
  /**
   * What becomes of a ClientHello with an encrypted part (ECH), or with bytes that only look like one,
   * which some browsers always send. `outer` lets it go on when its outer server name is that of the
   * host: for agents that drive such a browser.
   *
   * @default 'refuse'
   */
  readonly encryptedHello?: 'refuse' | 'outer';
  /**
   * A time in which every public host is let through and noted, to find out what `egress` has to say. The
   * platform has to allow it by `admission.loosestEgressMode`, and no list may be signed.
   *
   * @default nothing is learned
   */
  readonly learning?: EgressLearning;
  /**
   * Connections, times and bytes of the egress proxy, each of them by itself. Lower ones than the standard are
   * taken as they are; higher ones are for a platform that allows them by `admission.loosestEgressLimits`.
   *
   * @default those of the platform, or the standard ones at each limit
   */
  readonly egressLimits?: EgressLimits;
  /**
   * The proxy that connections to hosts, and calls for model providers, go through, where a site has no other
   * way out. It resolves the names, so nothing here checks their addresses; ranges of addresses are dialled
   * directly. The platform has to name it in `admission.parentProxies`.
   *
   * @default hosts are dialled directly
   */
  readonly parentProxy?: ParentProxy;
  /**
   * What operators may open for a while without another synthesis.
   *
   * @default hosts on ports that are open anyway, for up to a day
   */
  readonly approvals?: SandboxApprovals;
  /**
   * MCP servers that the agent may connect to; the host and port of each join the egress entries.
   *
   * @default none
   */
  readonly mcpServers?: readonly McpServer[];
  /**
   * Whether the agent runs all the time, once, or by a schedule.
   *
   * @default all the time
   */
  readonly workload?: SandboxWorkload;
  /**
   * What the agent has in its working directory, `/sandbox`.
   *
   * @default an empty directory of 1 GiB that ends with the pod
   */
  readonly workspace?: SandboxWorkspace;
  /**
   * Keys of Secrets that the agent gets, each as a variable or as a file. Never one that begins with
   * `kars-`, or that holds the credential of a provider.
   *
   * @default none
   */
  readonly secrets?: readonly SandboxSecret[];
  /**
   * Whether the agent gets the variables that tell programs to use the egress proxy, `HTTP_PROXY` and the
   * like. Without them a program that connects by itself is refused, unless it knows the proxy.
   *
   * @default true
   */
  readonly proxyEnv?: boolean;
  /**
   * Certificate authorities that programs of the agent trust, in `SSL_CERT_FILE`, `NODE_EXTRA_CA_CERTS`
   * and `REQUESTS_CA_BUNDLE`. The first and the last replace the authorities of the image.
   *
   * @default those of the image
   */
  readonly extraCa?: CertificateBundle;
  /**
   * What the kubelet pulls the images of the pod with; no container gets them.
   *
   * @default what the node has
   */
  readonly pullSecrets?: readonly ISecret[];
  /**
   * Which nodes the pod may run on.
   *
   * @default any that takes it
   */
  readonly scheduling?: SandboxScheduling;
  /**
   * Who may connect to the agent; each port also gets a Service with the name of the sandbox.
   *
   * @default nobody
   */
  readonly inbound?: readonly Inbound[];
  /**
   * How far the agent is kept from the node. `standard` starts the agent without Landlock where the
   * kernel has none; `enhanced` does not start it then; `confidential` runs the pod in a RuntimeClass
   * with a kernel of its own, and loads the packet rules with legacy iptables, which guests of Kata have.
   *
   * @default 'enhanced'
   */
  readonly isolation?: 'standard' | 'enhanced' | 'confidential';
  /**
   * What sidecars and agent may call of the kernel of the node. `kars-strict` is a file that
   * KarsPlatform installs on the nodes, without which no pod of the sandbox starts; `RuntimeDefault` is
   * for clusters where nobody installs it. The launcher filters the calls of the agent in either case.
   *
   * @default 'kars-strict'
   */
  readonly seccompProfile?: 'kars-strict' | 'RuntimeDefault';
  /**
   * TCP ports that the agent may connect to. `sidecars` leaves it those of router and egress proxy: for
   * programs that use both by their address, and connect to no server of their own on loopback, their
   * probes included. It takes Landlock with rules about ports, ABI 4, and no isolation `standard`.
   *
   * @default 'any', which the packet rules redirect or refuse
   */
  readonly connectPorts?: 'any' | 'sidecars';
  /**
   * Lowest ABI version of Landlock that the agent starts with; 4 has rules about ports, 6 about signals
   * and abstract sockets. What the kernel of the node lacks otherwise is a notice in the log of the agent.
   *
   * @default 1, which has the rules about files; 4 with `connectPorts: 'sidecars'`
   */
  readonly minLandlockAbi?: number;
  /**
   * RuntimeClass of a confidential sandbox. The cluster has to have it: KarsPlatform creates one when it
   * is told to. Without the class no pod is made, and an event of the ReplicaSet or Job says so.
   *
   * @default 'kata-vm-isolation'
   */
  readonly runtimeClassName?: string;
  /**
   * False gives the pod users that are none of the node, not even its root. It takes a container runtime
   * with user namespaces (containerd 2 and runc 1.2, or newer); the kubelet says so in an event and
   * starts nothing where they are missing. The packet rules hold as they are. What the kernel counts by
   * user, such as inotify instances, an agent then takes from root of the node. Not for `confidential`,
   * which has a kernel of its own.
   *
   * @default true
   */
  readonly hostUsers?: boolean;
  /**
   * Where the sidecars keep budgets and audit logs.
   *
   * @default a persistent volume of 1 GiB
   */
  readonly state?: SandboxState;
  /**
   * CPU, memory and disk of the agent container.
   *
   * @default 0.5 to 2 cores, 1 to 4 GiB, room on disk for every directory of the pod
   */
  readonly resources?: AgentResources;
  /**
   * Keeps every object and runs no pod.
   *
   * @default false
   */
  readonly suspended?: boolean;
}
