/** Requests that the admission policies of the platform refuse. */
export const admissionCodes = {
  KARS_CONFIG_MAP_WRITER: 'somebody who is no deployer writes a document or packet rules',
  KARS_WORKLOAD_WRITER: 'somebody who is no deployer writes what makes pods',
  KARS_POD_PLACE: 'a pod of a sandbox is not in its namespace, or another pod is',
  KARS_POD_METADATA: 'a pod of a sandbox asks for a cloud identity, or claims to be static',
  KARS_POD_HOST: 'a pod of a sandbox shares namespaces, or chooses its node, name or DNS',
  KARS_POD_IDENTITY: 'a pod of a sandbox has an identity or a token',
  KARS_POD_SECURITY_CONTEXT: 'a pod of a sandbox has another security context',
  KARS_POD_RUNTIME_CLASS: 'a pod of a sandbox names a runtime class that is not accepted',
  KARS_POD_CONTAINERS: 'a pod of a sandbox has other containers, or in another order',
  KARS_POD_VOLUME: 'a pod of a sandbox has a volume that is none of its',
  KARS_POD_SECRET_OF_PROVIDER: 'the agent of a pod gets the credential of a model provider',
  KARS_GUARD_IMAGE: 'the guard of a pod has an image that is not accepted',
  KARS_GUARD_SHAPE: 'the guard of a pod is not as constructs write it',
  KARS_SIDECAR_IMAGE: 'a sidecar of a pod has an image that is not accepted',
  KARS_ROUTER_SHAPE: 'the router of a pod is not as constructs write it',
  KARS_PROXY_SHAPE: 'the egress proxy of a pod is not as constructs write it',
  KARS_AGENT_REGISTRY: 'the image of an agent is from a registry that is not accepted',
  KARS_AGENT_LAUNCHER: 'an agent, its probe or its hook is not started by the launcher',
  KARS_AGENT_ENVIRONMENT: 'an agent gets a reserved variable, or one from a Secret of the platform',
  KARS_AGENT_SECURITY_CONTEXT: 'the container of an agent is not restricted as constructs write it',
  KARS_AGENT_MOUNT: 'an agent mounts what is not its own, or at another place',
  KARS_POD_CHANGED: 'the images, fields or labels of a pod are changed',
  KARS_POD_ANNOTATED: 'somebody changes a pod who may not, or more than its annotation',
  KARS_POD_RESIZED: 'a pod is resized by somebody who may not, or beyond its limits',
  KARS_NODE_PROFILE_POD: 'a pod in the namespace of the node profiles is none of these',
} as const;

/** Code of a request that an admission policy refuses. */
export type AdmissionCode = keyof typeof admissionCodes;
