import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { customResourceDefinition } from '../contract/crd.ts';
import { kinds } from '../contract/kinds/index.ts';
import { addObject, type KubernetesObject } from '../private/manifest.ts';
import { PLATFORM_NAMESPACE } from '../sandbox/names.ts';
import { unenforcedFieldWarnings } from './admission/unenforced-fields.ts';
import { type KarsImages } from './images.ts';

/** Props of {@link KarsPlatform}. */
export interface KarsPlatformProps {
  /**
   * Images of the sidecars of every sandbox of the app.
   *
   * @default each sandbox says its own
   */
  readonly images?: KarsImages;
}

/**
 * What a cluster needs once: the custom resource definitions, the namespace of the platform, and the
 * admission policy that warns of fields which nothing enforces.
 */
export class KarsPlatform extends Chart {
  constructor(scope: Construct, id: string, { images }: KarsPlatformProps = {}) {
    super(scope, id, { disableResourceNameHashes: true });
    images?.attachTo(this.node.root);
    for (const object of platformObjects()) {
      addObject(this, `${object.kind}-${object.metadata.name}`, object);
    }
  }
}

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
