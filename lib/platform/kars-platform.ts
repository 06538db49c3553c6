import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { customResourceDefinition } from '../contract/crd.ts';
import { kinds } from '../contract/kinds/index.ts';
import { addObject, type KubernetesObject } from '../private/manifest.ts';
import { PLATFORM_NAMESPACE } from '../sandbox/names.ts';
import { unenforcedFieldWarnings } from './admission/unenforced-fields.ts';
import { problem, reportAtSynth } from '../private/problems.ts';
import type { ClusterNetwork } from './cluster-network.ts';
import { runtimeClass, type ConfidentialRuntimeProps } from './confidential-runtime.ts';
import { KarsImages } from './images.ts';
import { kubeletDirectoryProblems, nodeProfileObjects } from './node-profile.ts';

/** Props of {@link KarsPlatform}. */
export interface KarsPlatformProps {
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
 * admission policy that warns of fields which nothing enforces, and the seccomp profile on the nodes.
 *
 * @example
 * const app = new App();
 * new KarsPlatform(app, 'platform', {
 *   images: KarsImages.local(),
 *   kubeletDirectory: '/var/snap/microk8s/common/var/lib/kubelet',
 * });
 */
export class KarsPlatform extends Chart {
  constructor(scope: Construct, id: string, props: KarsPlatformProps = {}) {
    super(scope, id, { disableResourceNameHashes: true });
    const {
      images,
      installSeccompProfile = true,
      kubeletDirectory = '/var/lib/kubelet',
      confidentialRuntime,
    } = props;
    images?.attachTo(this.node.root);
    props.network?.attachTo(this.node.root);
    const image = KarsImages.find(this)?.image('guard');
    const nodeObjects =
      installSeccompProfile && image !== undefined
        ? nodeProfileObjects({ image, kubeletDirectory })
        : [];
    const runtimes = confidentialRuntime === undefined ? [] : [runtimeClass(confidentialRuntime)];
    for (const object of [...platformObjects(), ...nodeObjects, ...runtimes]) {
      addObject(this, `${object.kind}-${object.metadata.name}`, object);
    }
    reportAtSynth(this, [
      ...(installSeccompProfile && image === undefined ? [imagesMissing] : []),
      ...(images?.validate() ?? []),
      ...(props.network?.validate() ?? []),
      ...kubeletDirectoryProblems(kubeletDirectory),
    ]);
  }
}

const imagesMissing = problem(
  'KARS_IMAGES_MISSING',
  'images',
  'got none, and the image of the guard brings the seccomp profile to the nodes; supply images, or installSeccompProfile: false',
);

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
  ];
}
