/** Faults that are refused at synth, each with the construct path, what was got, what is allowed and the cure. */
export const synthCodes = {
  KARS_NAME_INVALID: 'a name is not a DNS label, or too long for the names that are made from it',
  KARS_NAME_RESERVED: 'a name would give a namespace that belongs to the platform',
  KARS_NAME_TAKEN: 'two constructs of one app make the same object',
  KARS_REFERENCE_NAMESPACE: 'a construct refers to one in another namespace',
  KARS_MANIFEST_INVALID: 'a manifest does not fit the schema or a cross-field rule of its kind',
  KARS_POLICY_WITHOUT_MODEL: 'an inference policy lists no model',
  KARS_POLICY_WITHOUT_TOOLS: 'a tool policy has no list of allowed tools',
  KARS_POLICY_APPROVAL: 'a tool policy says in no known way when calls need approval',
  KARS_POLICY_RATE:
    'the rate of calls in a tool policy has no number, or a length of time that is none',
  KARS_PROFILE_INVALID:
    'a profile of the agent governance toolkit is none, or says what nobody checks',
  KARS_PROVIDER_UNKNOWN: 'a model is to be served by a provider that the policy does not have',
  KARS_MODEL_API: 'a model is to be served by an API that its provider does not speak',
  KARS_PROVIDER_ENDPOINT: 'the endpoint of a model provider is not an http or https URL of a host',
  KARS_PROVIDER_AUTHORITY: 'what a model provider is to be verified with is no certificate in PEM',
  KARS_PROVIDER_RANGE:
    'a range of a model provider is none, or holds addresses which no sandbox may reach',
  KARS_PROVIDER_IDENTITY: 'a token of an identity would be sent to a host that is not of its cloud',
  KARS_PROVIDER_REACH_UNSIGNED:
    'a policy has providers fetch URLs that an allow-list decides, beside a signed one, which the router does not take',
  KARS_SAFETY_SOURCE:
    'a policy has a floor of content, and a provider of its models says nothing of content',
  KARS_BUDGET_INVALID: 'a token limit is not a positive integer',
  KARS_EGRESS_HOST:
    'an egress entry names no host in normal form, or a suffix that anybody can have a name below',
  KARS_EGRESS_CIDR:
    'an egress entry names a range that is none, or that holds addresses which no sandbox may reach',
  KARS_EGRESS_PORT: 'an egress entry does not name a port, or a range of ports, from 1 to 65535',
  KARS_EGRESS_HTTP: 'an egress entry has rules for requests that no proxy could hold to',
  KARS_PARENT_PROXY: 'a parent proxy is named as none can be, or beside what it cannot be with',
  KARS_EGRESS_LEARN: 'a time to learn has no end, or a platform allows one that is none',
  KARS_EGRESS_LIMIT:
    'a limit of the platform for egress proxies is no number that a proxy could hold to',
  KARS_EGRESS_PROTOCOL: 'egress entries name two protocols for a port of one host or range',
  KARS_APPROVAL_INVALID:
    'an egress approval has no instant at which it ends, or names what cannot be approved',
  KARS_DOCUMENT_TOO_LARGE: 'a compiled document is larger than a ConfigMap can safely carry',
  KARS_CLUSTER_NETWORK:
    'what is said of the network of a cluster selects nothing, or is no address',
  KARS_IMAGES_MISSING: 'nothing says which sidecar images a sandbox uses',
  KARS_KUBELET_DIRECTORY: 'the directory of the kubelet is no absolute path in normal form',
  KARS_IMAGE_DIGEST: 'a sidecar image is not named by its digest',
  KARS_IMAGE_REGISTRY: 'a registry of sidecar images has a scheme, a tag or no host',
  KARS_IMAGE_LIST: 'the list of built images is missing or malformed',
  KARS_ENV_RESERVED: 'an environment variable of the agent is one that the sandbox sets',
  KARS_ENV_SOURCE: 'an environment variable of a manifest takes its value from elsewhere',
  KARS_BELOW_FLOOR: 'a sandbox or policy asks for less than its platform does',
  KARS_ADMISSION_MISSING:
    'nothing says who may write what in the cluster, and which images are accepted',
  KARS_ADMISSION_SUBJECT: 'a role of the platform is given to nobody, or to everybody',
  KARS_ADMISSION_REGISTRY: 'no registry of agent images is named, or one as none can be',
  KARS_AGENT_REQUEST: 'more CPU, memory or disk is requested for the agent than it may use',
  KARS_AGENT_LIMIT: 'the CPU, memory or disk of the agent would have no bound',
  KARS_SECRET_OF_PROVIDER: 'the agent would get a Secret with the credential of a provider',
  KARS_SECRET_OF_PROXY: 'the agent would get a Secret with the credentials for the parent proxy',
  KARS_SECRET_OF_PULL: 'the agent would get a Secret that images are pulled with',
  KARS_INBOUND_PORT: 'the port of an inbound entry is none, or a sidecar listens on it',
  KARS_TIME_ZONE: 'a schedule names a time zone that there is none of',
  KARS_RUNTIME_KIND: 'a custom resource asks for a kind of runtime that this release does not run',
  KARS_AGENT_IMAGE: 'the image of the agent is named as none can be',
  KARS_COMMAND_MISSING: 'the agent has no command',
  KARS_KEY_INVALID: 'a public key is not 32 bytes of Ed25519 in base64url',
  KARS_SIGNATURE_INVALID: 'a trust edge is not signed by the vertex that it starts from',
  KARS_ID_DUPLICATE: 'two entries of a list have the same id',
} as const;

/** Code of a fault that is refused at synth. */
export type SynthCode = keyof typeof synthCodes;
