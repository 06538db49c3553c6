import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { CONFIDENTIAL_RUNTIME_CLASS } from '../contract/kinds/kars-sandbox/isolation.ts';
import { customResourceDefinition } from '../contract/crd.ts';
import { kinds } from '../contract/kinds/index.ts';
import { PLATFORM_NAMESPACE } from '../contract/platform-names.ts';
import { addObject, type KubernetesObject } from '../private/manifest.ts';
import { problem, reportAtSynth } from '../private/problems.ts';
import type { AdmissionProps } from './admission/admission-props.ts';
import { admissionPolicies } from './admission/index.ts';
import {
  admissionParameters,
  parameterProblems,
  type PlatformFacts,
} from './admission/parameters.ts';
import { operatorWarnings } from './admission/operator-warnings.ts';
import { policyObjects } from './admission/policy.ts';
import { attachFloor } from './admission/attached-floor.ts';
import { unenforcedFieldWarnings } from './admission/unenforced-fields.ts';
import { ClusterNetwork } from './cluster-network.ts';
import { runtimeClass, type ConfidentialRuntimeProps } from './confidential-runtime.ts';
import { KarsImages } from './images.ts';
import { approversRole, operatorsRole } from './operators-role.ts';
import { kubeletDirectoryProblems, nodeProfileObjects, profileDirectory } from './node-profile.ts';

/** Props of {@link KarsPlatform}. */
export interface KarsPlatformProps {
  /**
   * Who may write what, and which images are accepted: what the API server refuses in the namespaces of
   * the platform and its sandboxes. `'none'`: nothing is refused, and whoever may create a pod there has
   * a privileged one.
   */
  readonly admission: AdmissionProps | 'none';
  /**
   * Images of the sidecars of every sandbox of the app.
   *
   * @default those that `KarsImages.attachTo` gave a construct around the sandbox; without any, a sandbox is refused
   */
  readonly images?: KarsImages;
  /**
   * What the network policies of every sandbox of the app have to know of the cluster.
   *
   * @default kube-dns answers DNS queries, nobody scrapes metrics, the cluster has private addresses
   */
  readonly network?: ClusterNetwork;
  /**
   * Whether a DaemonSet puts the seccomp profile of the sandboxes on every node. Without it, something
   * else has to, or the sandboxes say `seccompProfile: 'RuntimeDefault'`: otherwise none of their pods
   * starts.
   *
   * @default true
   */
  readonly installSeccompProfile?: boolean;
  /**
   * Directory of the kubelet on the nodes; the profile goes to `seccomp/kars` below it.
   *
   * @default '/var/lib/kubelet'
   */
  readonly kubeletDirectory?: string;
  /**
   * RuntimeClass that is created for confidential sandboxes.
   *
   * @default none: where confidential sandboxes run, the cluster has one
   */
  readonly confidentialRuntime?: ConfidentialRuntimeProps;
}

/**
 * What a cluster needs once: the custom resource definitions, the namespace of the platform, the
 * admission policies, and the seccomp profile on the nodes.
 *
 * @example
 * const app = new App();
 * new KarsPlatform(app, 'platform', {
 *   images: KarsImages.local(),
 *   admission: {
 *     deployers: [Subject.serviceAccount('argocd', 'argocd-application-controller')],
 *     agentRegistries: ['registry.example.com/agents'],
 *   },
 *   kubeletDirectory: '/var/snap/microk8s/common/var/lib/kubelet',
 * });
 */
export class KarsPlatform extends Chart {
  constructor(scope: Construct, id: string, props: KarsPlatformProps) {
    super(scope, id, { disableResourceNameHashes: true });
    const {
      admission,
      images,
      installSeccompProfile = true,
      kubeletDirectory = '/var/lib/kubelet',
      confidentialRuntime,
    } = props;
    const problems = admission === 'none' ? [] : parameterProblems(admission);
    images?.attachTo(this.node.root);
    props.network?.attachTo(this.node.root);
    if (problems.length === 0 && admission !== 'none') attachFloor(this.node.root, admission);
    const found = KarsImages.find(this);
    const image = found?.image('guard');
    const floor =
      admission === 'none' || problems.length > 0 || found === undefined
        ? []
        : floorObjects(admission, {
            images: found,
            confidentialRuntimeClass: confidentialRuntime?.name ?? CONFIDENTIAL_RUNTIME_CLASS,
            profileDirectory: profileDirectory(kubeletDirectory),
            network: ClusterNetwork.find(this),
          });
    const nodeObjects =
      installSeccompProfile && image !== undefined
        ? nodeProfileObjects({ image, kubeletDirectory })
        : [];
    const runtimes = confidentialRuntime === undefined ? [] : [runtimeClass(confidentialRuntime)];
    for (const object of [...platformObjects(), ...floor, ...nodeObjects, ...runtimes]) {
      addObject(this, `${object.kind}-${object.metadata.name}`, object);
    }
    reportAtSynth(this, [
      ...(image === undefined && (installSeccompProfile || admission !== 'none')
        ? [imagesMissing]
        : []),
      ...problems,
      ...(images?.validate() ?? []),
      ...(props.network?.validate() ?? []),
      ...kubeletDirectoryProblems(kubeletDirectory),
    ]);
  }
}

const imagesMissing = problem(
  'KARS_IMAGES_MISSING',
  'images',
  "got none; the guard's brings the seccomp profile to the nodes, and admission accepts no other; supply images, or both installSeccompProfile: false and admission: 'none'",
);

const floorObjects = (admission: AdmissionProps, facts: PlatformFacts): KubernetesObject[] => [
  ...((admission.operators ?? []).length === 0
    ? []
    : ([operatorsRole, approversRole] as KubernetesObject[])),
  ...admissionPolicies(admissionParameters(admission, facts)).flatMap(policyObjects),
];

/** The objects of the platform, in the order in which they can be applied. */
export function platformObjects(): readonly KubernetesObject[] {
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: PLATFORM_NAMESPACE,
      labels: {
        'app.kubernetes.io/name': 'kars',
        'app.kubernetes.io/component': 'system',
        'pod-security.kubernetes.io/enforce': 'restricted',
      },
    },
  };
  return [
    ...(kinds.map(customResourceDefinition) as unknown as KubernetesObject[]),
    namespace,
    ...unenforcedFieldWarnings(),
    ...operatorWarnings(),
  ];
}
