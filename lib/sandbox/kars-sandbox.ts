import {
  CustomResource,
  type CustomResourceProps,
  type Reference,
} from '../private/custom-resource.ts';
import type { IConfigMap, ISecret } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { AgentRuntime } from '../agent/agent-runtime.ts';
import type { McpServer } from '../agent/mcp-server.ts';
import {
  karsSandbox as definition,
  type karsSandboxSpec,
} from '../contract/kinds/kars-sandbox/index.ts';
import { postureOf, type Posture } from '../contract/posture/posture.ts';
import type { PostureInput } from '../contract/posture/posture-input.ts';
import type { Problem } from '../contract/problem.ts';
import { ClusterNetwork } from '../platform/cluster-network.ts';
import { KarsImages } from '../platform/images.ts';
import type { InferencePolicy } from '../policy/inference-policy.ts';
import type { ToolPolicy } from '../policy/tool-policy.ts';
import { addObject } from '../private/manifest.ts';
import { claim } from '../private/names.ts';
import { problem, reportAtSynth } from '../private/problems.ts';
import type { AgentResources } from './agent-resources.ts';
import type { Egress } from './egress.ts';
import { expandSandbox } from './expand.ts';
import type { Inbound } from './inbound.ts';
import type { Bound } from './input.ts';
import { longestSandboxName, reservedNameProblems, sandboxNamespace } from './names.ts';
import type { SandboxScheduling } from './scheduling.ts';
import type { SandboxSecret } from './secrets.ts';
import { SERVICE_ACCOUNT } from './service-account.ts';
import { toSpec } from './spec.ts';
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
   * starts nothing where they are missing. The packet rules hold as they are. Not for `confidential`,
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

/**
 * One agent in a namespace of its own, behind an inference router and an egress proxy that decide
 * every call.
 *
 * @example
 * new KarsSandbox(chart, 'reader', {
 *   agent: AgentRuntime.container({ image: 'registry.example.com/reader:1', command: ['/agent'] }),
 *   inferencePolicy: models,
 *   egress: [Egress.https('api.example.com')],
 * });
 */
export class KarsSandbox extends CustomResource<typeof karsSandboxSpec> {
  /** Namespace that the pod of the sandbox runs in. */
  readonly sandboxNamespace: string;
  /** Service account of that pod; its token is mounted nowhere. */
  readonly serviceAccountName = SERVICE_ACCOUNT;
  readonly #postureInput: PostureInput | undefined;

  constructor(scope: Construct, id: string, props: KarsSandboxProps) {
    super(scope, id, props, (name) => ({
      definition,
      spec: toSpec(props),
      problems: [...reservedNameProblems(name), ...propProblems(props)],
      longestName: longestSandboxName(props.workload?.spec.type),
    }));
    this.sandboxNamespace = sandboxNamespace(this.name);
    const images = KarsImages.find(this);
    const network = ClusterNetwork.find(this);
    const { inferencePolicy, toolPolicy } = props;
    const sandbox = bound(this);
    const models = bound(inferencePolicy);
    const tools = toolPolicy && bound(toolPolicy);
    const isRefused = sandbox === undefined || models === undefined || (toolPolicy && !tools);
    this.#postureInput = isRefused
      ? undefined
      : {
          namespace: this.namespace,
          name: this.name,
          sandbox: sandbox.spec,
          inferencePolicy: models.spec,
          toolPolicy: tools?.spec,
        };
    // What is refused anyway has no objects, only its problems.
    const { objects, problems } = isRefused
      ? { objects: [], problems: [] }
      : expandSandbox({
          sandbox,
          inferencePolicy: models,
          toolPolicy: tools,
          image: (name) => images?.image(name) ?? '',
          network,
        });
    for (const object of objects) {
      addObject(this, `${object.kind}-${object.metadata.name}`, object);
    }
    reportAtSynth(this, [
      ...claim(this, `namespace ${this.sandboxNamespace}`),
      ...this.#referenceProblems(props),
      ...(images === undefined ? [imagesMissing] : images.validate()),
      ...network.validate(),
      ...problems,
    ]);
  }

  /**
   * How this sandbox holds every promise of the platform, what weakens it, and what it opens: plain data
   * for a snapshot test, so that a review sees what a change of policy costs.
   *
   * @throws Error when the sandbox or a policy of it is refused; synthesis says why.
   */
  get posture(): Posture {
    if (this.#postureInput === undefined) {
      throw new Error(`KarsSandbox ${this.name} is refused; synthesize the app to see why`);
    }
    return postureOf(this.#postureInput);
  }

  #referenceProblems({
    inferencePolicy,
    toolPolicy,
    mcpServers = [],
  }: KarsSandboxProps): Problem[] {
    const references: [string, Reference | undefined][] = [
      ['inferencePolicy', inferencePolicy],
      ['toolPolicy', toolPolicy],
      ...mcpServers.map((server, index): [string, Reference] => [`mcpServers[${index}]`, server]),
    ];
    return references.flatMap(([path, reference]) =>
      reference === undefined || reference.namespace === this.namespace
        ? []
        : [
            problem(
              'KARS_REFERENCE_NAMESPACE',
              path,
              `got ${reference.kind} ${reference.namespace}/${reference.name}, supply one in the namespace ${this.namespace}`,
            ),
          ],
    );
  }
}

/** A custom resource with its accepted content, undefined when it is refused. */
function bound<Spec>(
  source: Reference & { readonly acceptedSpec: Spec | undefined },
): Bound<Spec> | undefined {
  const { acceptedSpec } = source;
  return acceptedSpec === undefined ? undefined : { source, spec: acceptedSpec };
}

function propProblems({ agent, egress = [], inbound = [], workload }: KarsSandboxProps): Problem[] {
  return [
    ...agent.validate(),
    ...(workload?.validate() ?? []),
    ...egress.flatMap((entry, index) => entry.validate(`egress[${index}]`)),
    ...inbound.flatMap((entry, index) => entry.validate(`inbound[${index}]`)),
  ];
}

const imagesMissing = problem(
  'KARS_IMAGES_MISSING',
  'images',
  'got none, supply images to a KarsPlatform before the sandbox, or call KarsImages.of(...).attachTo(...)',
);
