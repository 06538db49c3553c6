import type { Duration } from 'cdk8s';
import type { ProviderAct } from '../../contract/provider-acts.ts';
import type { ContentCategory, Severity } from '../../contract/kinds/content-safety.ts';
import type { ParentProxy } from '../../policy/parent-proxy.ts';
import type { EgressLimits } from '../../sandbox/egress-limits.ts';
import type { AllowlistSigners } from '../../policy/allowlist-signers.ts';
import type { KarsImages } from '../images.ts';
import type { IsolationLevel } from './floors.ts';
import type { Subject } from './subject.ts';

/** Who may do what in the namespaces of the platform and its sandboxes, and what no sandbox goes below. */
export interface AdmissionProps {
  /**
   * Who writes sandboxes: their namespaces, documents and network policies; mostly the service account
   * of a GitOps controller. At least one, and never everybody.
   */
  readonly deployers: readonly Subject[];
  /**
   * Who writes what {@link KarsPlatform} makes, the parameters of the admission policies among it.
   *
   * @default the deployers
   */
  readonly platformDeployers?: readonly Subject[];
  /**
   * Who reads the logs of sandboxes and approves what agents ask for.
   *
   * @default nobody
   */
  readonly operators?: readonly Subject[];
  /**
   * Who may open a terminal, a debug container or a port in a sandbox, when nothing else helps.
   *
   * @default nobody
   */
  readonly breakGlass?: readonly Subject[];
  /**
   * Registries that images of agents may come from, each with an optional path, such as
   * `registry.example.com/agents`. At least one.
   */
  readonly agentRegistries: readonly string[];
  /**
   * Lowest isolation that a KarsSandbox may have.
   *
   * @default 'enhanced'
   */
  readonly lowestIsolation?: IsolationLevel;
  /**
   * Loosest egress mode that a KarsSandbox may have: `Learn` lets it say a time in which every public host
   * is reached.
   *
   * @default 'Strict'
   */
  readonly loosestEgressMode?: 'Strict' | 'Learn';
  /**
   * Highest severity of content that an InferencePolicy may let pass, by category. A policy without a
   * value for one of them is refused.
   *
   * @default no floor
   */
  readonly contentSafety?: Readonly<Partial<Record<ContentCategory, Severity>>>;
  /**
   * Most output tokens that an InferencePolicy may allow for one request. A policy without a limit is
   * refused, by the API server and by the router itself.
   *
   * @default no floor
   */
  readonly maxTokensPerRequest?: number;
  /**
   * Longest time that a sandbox may let an approval of an operator last, a week or less.
   *
   * @default a day
   */
  readonly longestApproval?: Duration;
  /**
   * Longest time that a sandbox may learn, 31 days or less, counted from when its pod is made: the API server
   * takes no pod whose time to learn ends later.
   *
   * @default a week
   */
  readonly longestLearning?: Duration;
  /**
   * As far as sandboxes may go with their `egressLimits`, and what counts for those that say nothing where it is
   * lower than the standard: a limit of connections, bytes or time is never above this one.
   *
   * @default the standard at each limit, and any number of bytes
   */
  readonly loosestEgressLimits?: EgressLimits;
  /**
   * Who may sign the allow-lists of sandboxes: any one of these. With it a sandbox has to have `signedEgress`
   * with one of them, which admission holds in the arguments of its egress proxy.
   *
   * @default a list need not be signed
   */
  readonly allowlistSigners?: readonly AllowlistSigners[];
  /**
   * Proxies that sandboxes may have as their `parentProxy`, each with the ranges of its addresses. What goes
   * through one is not checked for its address here. Their credentials are not looked at.
   *
   * @default none
   */
  readonly parentProxies?: readonly ParentProxy[];
  /**
   * Whether providers may be called with a managed identity of the nodes. It takes a network policy that opens the
   * metadata service to the pod, which gives every identity of the node to whatever reaches it.
   *
   * @default false
   */
  readonly managedIdentity?: boolean;
  /**
   * What an InferencePolicy may let providers do for agents beside saying something: egress that no sandbox sees.
   *
   * @default nothing
   */
  readonly providerReach?: readonly ProviderAct[];
  /**
   * RuntimeClasses that pods may run in.
   *
   * @default that of confidential sandboxes: the one that `confidentialRuntime` makes, else 'kata-vm-isolation'
   */
  readonly runtimeClasses?: readonly string[];
  /**
   * Images of the release before this one, whose sandboxes go on while they are upgraded.
   *
   * @default only the images of this release are accepted
   */
  readonly previousImages?: KarsImages;
}
