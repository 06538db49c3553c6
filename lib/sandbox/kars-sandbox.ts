import { Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { annotations } from '../contract/api.ts';
import {
  karsSandbox as definition,
  type karsSandboxSpec,
} from '../contract/kinds/kars-sandbox/index.ts';
import { postureOf, type Posture } from '../contract/posture/posture.ts';
import type { PostureInput } from '../contract/posture/posture-input.ts';
import type { Problem } from '../contract/problem.ts';
import { floorOf } from '../platform/admission/attached-floor.ts';
import { ClusterNetwork } from '../platform/cluster-network.ts';
import { KarsImages } from '../platform/images.ts';
import { CustomResource, type Reference } from '../private/custom-resource.ts';
import { addObject, type KubernetesObject } from '../private/manifest.ts';
import { claim } from '../private/names.ts';
import { problem, reportAtSynth } from '../private/problems.ts';
import { declaredApprovals, declaredFiles } from './approval-objects.ts';
import { approvalCeiling, type ApprovalBounds } from './approvals.ts';
import { approvalsOf } from './approvals-of.ts';
import { expandSandbox } from './expand.ts';
import type { Bound } from './input.ts';
import { longestSandboxName, reservedNameProblems, sandboxNamespace } from './names.ts';
import { openPorts } from './network-policies.ts';
import type { KarsSandboxProps } from './sandbox-props.ts';
import { SERVICE_ACCOUNT } from './service-account.ts';
import { differenceProblems } from './signed-egress.ts';
import { serverEntries, toSpec } from './spec.ts';

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
  /** Service account of that pod; the router alone gets tokens of it, for identities that its providers name. */
  readonly serviceAccountName = SERVICE_ACCOUNT;
  /** Subject of tokens of that service account, for the federated credential of an identity. */
  readonly tokenSubject: string;
  /** How far approvals may go; undefined when the sandbox is refused. @internal */
  readonly approvalBounds: ApprovalBounds | undefined;
  readonly #postureInput: PostureInput | undefined;

  constructor(scope: Construct, id: string, props: KarsSandboxProps) {
    super(scope, id, props, (name) => ({
      definition,
      spec: toSpec(props),
      problems: [...reservedNameProblems(name), ...propProblems(props)],
      longestName: longestSandboxName(props.workload?.spec.type),
      annotations: { [annotations.realized]: 'synth' },
    }));
    this.sandboxNamespace = sandboxNamespace(this.name);
    this.tokenSubject = `system:serviceaccount:${this.sandboxNamespace}:${SERVICE_ACCOUNT}`;
    const images = KarsImages.find(this);
    const network = ClusterNetwork.find(this);
    const { inferencePolicy, toolPolicy, signedEgress } = props;
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
    this.approvalBounds = isRefused
      ? undefined
      : {
          seconds: approvalCeiling(sandbox.spec),
          ports: openPorts({ sandbox, inferencePolicy: models }),
        };
    // What is refused anyway has no objects, only its problems.
    const { objects, problems } = isRefused
      ? { objects: [], problems: [] }
      : expandSandbox({
          sandbox,
          inferencePolicy: models,
          toolPolicy: tools,
          signedEgress,
          image: (name) => images?.image(name) ?? '',
          network,
          floor: floorOf(this),
        });
    for (const object of objects) {
      addObject(this, `${object.kind}-${object.metadata.name}`, object);
    }
    this.#addDeclaredApprovals();
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

  /** They are constructs of their own, made after the sandbox. */
  #addDeclaredApprovals(): void {
    const data = Lazy.any({ produce: () => declaredFiles(approvalsOf(this)) }) as ConfigMap['data'];
    const object = declaredApprovals(this.name, data) as KubernetesObject;
    addObject(this, `ConfigMap-${object.metadata.name}`, object);
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

function propProblems(props: KarsSandboxProps): Problem[] {
  const { agent, egress = [], inbound = [], secrets = [], workload, resources } = props;
  return [
    ...agent.validate(),
    ...(workload?.validate() ?? []),
    ...(resources?.validate() ?? []),
    ...signedProblems(props),
    ...egress.flatMap((entry, index) => entry.validate(`egress[${index}]`)),
    ...inbound.flatMap((entry, index) => entry.validate(`inbound[${index}]`)),
    ...secrets.flatMap((entry, index) => entry.validate(`secrets[${index}]`)),
  ];
}

function signedProblems(props: KarsSandboxProps): Problem[] {
  const { signedEgress, egress, mcpServers = [], blockedHosts, encryptedHello, learning } = props;
  const signed = signedEgress?.artifact?.allowlist;
  if (signed === undefined) return signedEgress?.validate() ?? [];
  return differenceProblems(signed, {
    entries: egress?.map(({ spec }) => spec),
    implied: serverEntries(mcpServers),
    blockedHosts,
    encryptedHello,
    isLearning: learning !== undefined,
  });
}

const imagesMissing = problem(
  'KARS_IMAGES_MISSING',
  'images',
  'got none, supply images to a KarsPlatform before the sandbox, or call KarsImages.of(...).attachTo(...)',
);
