/** API group of every custom resource of this library, as in kars v0.1.x. */
export const GROUP = 'kars.azure.com';

/** The one served and stored version of the group. */
export const VERSION = 'v1alpha1';

/** `apiVersion` of every custom resource of this library. */
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Version of this release: of the packages and of the images that belong to them. */
export const RELEASE = '0.1.0';

/** Labels and annotations that constructs write and admission policies select on. */
export const labels = {
  /** Name of the sandbox that an object belongs to. */
  sandbox: `${GROUP}/sandbox`,
  /** `sandbox` on the pods that run an agent. */
  component: `${GROUP}/component`,
  /** `sandbox` on namespaces that hold exactly one sandbox. */
  role: `${GROUP}/role`,
  /** Kind of the document that a ConfigMap carries. */
  document: `${GROUP}/document`,
} as const;

/** Annotation keys. */
export const annotations = {
  /** Digest of the document in a ConfigMap, in the form `sha256:<64 hex>`. */
  digest: `${GROUP}/document-digest`,
  /** Namespace of the custom resource that an object was made from. */
  ownerNamespace: `${GROUP}/owner-namespace`,
  /** `synth` on a KarsSandbox whose objects were made together with it. */
  realized: `${GROUP}/realized`,
  /** Longest time that an approval of a sandbox may last, in seconds, for those who write one. */
  approvalCeiling: `${GROUP}/approval-ceiling`,
  /** Ports that the network policies of a sandbox open, for those who write an approval. */
  approvalPorts: `${GROUP}/approval-ports`,
  /** Changed by operators, so that the kubelet looks at the volumes of a pod at once. */
  refresh: `${GROUP}/refresh`,
} as const;
