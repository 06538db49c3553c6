/** Namespace of the control plane. */
export const PLATFORM_NAMESPACE = 'kars-system';

/** Namespace of what prepares the nodes. */
export const NODE_NAMESPACE = 'kars-node-profiles';

/** Namespaces of the platform: they begin as those of sandboxes do, and hold none. */
export const platformNamespaces = [PLATFORM_NAMESPACE, NODE_NAMESPACE] as const;

/** Names of the admission policies that refuse, and of their bindings. */
export const admissionPolicyNames = [
  'kars-config-maps',
  'kars-workloads',
  'kars-pods',
  'kars-pod-volumes',
  'kars-pod-guard',
  'kars-pod-sidecars',
  'kars-pod-agent',
  'kars-pod-updates',
  'kars-pod-resize',
  'kars-node-profile-pods',
  'kars-namespaces',
  'kars-subresources',
  'kars-service-accounts',
  'kars-role-bindings',
  'kars-sandbox-floor',
  'kars-inference-floor',
  'kars-services',
  'kars-endpoints',
  'kars-routes',
  'kars-plugin-policies',
  'kars-network-policies',
] as const;

/** Name of an admission policy that refuses. */
export type AdmissionPolicyName = (typeof admissionPolicyNames)[number];
