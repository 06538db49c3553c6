import { ApiObject, type ApiObjectProps } from 'cdk8s';
import type { Construct } from 'constructs';

/** A complete Kubernetes object as plain data. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Adds a plain object to the tree; one without a namespace stays without, whatever the chart says. */
export function addObject(scope: Construct, id: string, body: KubernetesObject): ApiObject {
  const props = body as unknown as ApiObjectProps;
  return body.metadata.namespace === undefined
    ? new ClusterScopedObject(scope, id, props)
    : new ApiObject(scope, id, props);
}

/** An object that the namespace of the chart around it does not apply to. */
class ClusterScopedObject extends ApiObject {
  override toJson(): unknown {
    const object = super.toJson() as { metadata: { namespace?: string } };
    delete object.metadata.namespace;
    return object;
  }
}
