import { X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { httpHeaders } from '../http-headers.ts';
import { objectName } from '../primitives.ts';
import { azureTokenPlace } from '../azure-cloud.ts';
import type { Problem } from '../problem.ts';
import { has } from '../rule.ts';
import { cidrFault } from '../special-addresses.ts';
import { outputLimit } from './inference-limits.ts';
import { identityProblems, managedIdentity, workloadIdentity } from './provider-identity.ts';

const providerApi = z.enum(['openai', 'anthropic']);

const contentFilter = z.enum(['azure']);

const credentialHeader = z.enum([
  httpHeaders.bearer.name,
  httpHeaders.key.name,
  httpHeaders.azureKey.name,
]);

/** API that a provider speaks. */
export type ProviderApi = z.output<typeof providerApi>;

const ranges = z.array(z.string().max(64)).min(1).max(16);

/** Where models are served, as a manifest carries it. */
export const providerSpec = z.strictObject({
  name: objectName().describe('What `modelPreference` refers to.'),
  endpoint: z.string().max(2048).describe('Base URL of its API, version segment included.'),
  api: providerApi
    .optional()
    .describe('API that it speaks, openai when absent, as every OpenAI-compatible server does.'),
  ranges: ranges
    .optional()
    .describe(
      'Ranges that its addresses are in, for one that is not public: network policies open them at its port, and it is called at no other address.',
    ),
  certificateAuthorities: z
    .string()
    .max(64 * 1024)
    .optional()
    .describe(
      'Certificates in PEM that the provider is verified with, in place of the well-known authorities.',
    ),
  outputLimit: outputLimit
    .optional()
    .describe(
      'Field of a request that the provider takes the limit of its output from, max_tokens when absent. Many servers ignore the other one.',
    ),
  contentFilter: contentFilter
    .optional()
    .describe(
      'Who says in its answers what their content is: azure, as Azure OpenAI does. Absent: nobody does.',
    ),
  credentialHeader: credentialHeader
    .optional()
    .describe(
      'Header that carries the credential; absent: authorization, as a bearer token, with the API of openai, and x-api-key with that of anthropic.',
    ),
  credentialSecretRef: z
    .strictObject({
      name: objectName().describe('Name of the Secret.'),
      key: z.string().min(1).max(253).describe('Key in the Secret.'),
    })
    .optional()
    .describe(
      'Key of a Secret in the namespace of the sandbox, sent as its API has it. Absent: none is sent.',
    ),
  workloadIdentity: workloadIdentity
    .optional()
    .describe(
      'Identity of Entra whose tokens are sent, for endpoints of Azure; it has to trust the service account `sandbox` in the namespace of the sandbox.',
    ),
  managedIdentity: managedIdentity
    .optional()
    .describe(
      'Identity of the nodes whose tokens are sent, for endpoints of Azure, from the metadata service of the node. The platform has to allow it.',
    ),
});

/** Whether it has one source of a credential at most. */
export const hasOneSource = ({
  workloadIdentity: exchanged,
  managedIdentity: ofNode,
  credentialSecretRef: key,
  credentialHeader: header,
}: z.output<typeof providerSpec>): boolean =>
  [has(exchanged), has(ofNode), has(key) || has(header)].filter(Boolean).length <= 1;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Whether a text holds certificates, each of which can be read. */
function areAuthorities(text: string): boolean {
  const found = text.match(CERTIFICATE) ?? [];
  try {
    return found.map((pem) => new X509Certificate(pem)).length > 0;
  } catch {
    return false;
  }
}

const endpointUrl = z.url({ protocol: /^https?$/ });

/** Where models are served, as the router reads it. */
export const providerPayload = z
  .strictObject({
    /** Also the name of a file: nothing that could lead elsewhere. */
    name: objectName(),
    endpoint: endpointUrl,
    /** Absent where it is that of OpenAI. */
    api: providerApi.optional(),
    /** Absent where it is public, or in ranges that others open. */
    ranges: ranges
      .refine((given) => given.every((range) => cidrFault(range) === undefined), {
        message: 'supply ranges that an endpoint may have addresses in',
      })
      .optional(),
    /** Absent where the well-known authorities count. */
    certificateAuthorities: z
      .string()
      .max(64 * 1024)
      .refine(areAuthorities, { message: 'supply certificates in PEM' })
      .optional(),
    credential: z.enum(['none', 'bearer', 'workload-identity', 'managed-identity']),
    /** There with the credential of this name alone. */
    workloadIdentity: workloadIdentity.optional(),
    /** There with the credential of this name alone. */
    managedIdentity: managedIdentity.optional(),
    /** Absent where it is that of the API. */
    credentialHeader: credentialHeader.optional(),
    /** Absent where nobody says what the content of answers is. */
    contentFilter: contentFilter.optional(),
    /** Absent where it is `max_tokens`. */
    outputLimit: outputLimit.optional(),
  })
  .refine(
    ({ credential, workloadIdentity: exchanged, managedIdentity: ofNode, endpoint }) =>
      (credential === 'workload-identity') === (exchanged !== undefined) &&
      (credential === 'managed-identity') === (ofNode !== undefined) &&
      ((exchanged ?? ofNode) === undefined || azureTokenPlace(endpoint) !== undefined),
    {
      message:
        'supply an identity with the credential that is named as it, and an endpoint of Azure',
    },
  );

const defaultHeader = (api: ProviderApi = 'openai'): z.output<typeof credentialHeader> =>
  api === 'anthropic' ? 'x-api-key' : 'authorization';

/** A provider as the router reads it. */
export const compileProvider = ({
  name,
  endpoint,
  api,
  ranges: given,
  certificateAuthorities,
  credentialSecretRef,
  credentialHeader: header,
  workloadIdentity: exchanged,
  managedIdentity: ofNode,
  outputLimit: field,
  contentFilter: filter,
}: z.output<typeof providerSpec>): z.output<typeof providerPayload> => ({
  name,
  endpoint,
  ...(api === 'anthropic' ? { api } : {}),
  ...(given === undefined ? {} : { ranges: given }),
  ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
  ...(exchanged !== undefined
    ? { credential: 'workload-identity', workloadIdentity: exchanged }
    : ofNode !== undefined
      ? { credential: 'managed-identity', managedIdentity: ofNode }
      : { credential: credentialSecretRef === undefined ? 'none' : 'bearer' }),
  ...(header === undefined || header === defaultHeader(api) ? {} : { credentialHeader: header }),
  ...(filter === undefined ? {} : { contentFilter: filter }),
  ...(field === 'max_completion_tokens' ? { outputLimit: field } : {}),
});

/** What the router would not read of a provider. */
export const providerProblems = (spec: z.output<typeof providerSpec>, index: number): Problem[] => [
  ...(endpointUrl.safeParse(spec.endpoint).success ? [] : [endpointProblem(index, spec.endpoint)]),
  ...(spec.certificateAuthorities === undefined || areAuthorities(spec.certificateAuthorities)
    ? []
    : [authorityProblem(index)]),
  ...(spec.ranges ?? []).flatMap((range, position) => {
    const message = cidrFault(range);
    const path = `spec.providers[${index}].ranges[${position}]`;
    return message === undefined ? [] : [{ path, code: 'KARS_PROVIDER_RANGE' as const, message }];
  }),
  ...identityProblems(spec, index),
];

const authorityProblem = (index: number): Problem => ({
  path: `spec.providers[${index}].certificateAuthorities`,
  code: 'KARS_PROVIDER_AUTHORITY',
  message: 'got no certificates, supply them in PEM',
});

const endpointProblem = (index: number, got: string): Problem => ({
  path: `spec.providers[${index}].endpoint`,
  code: 'KARS_PROVIDER_ENDPOINT',
  message: `got ${JSON.stringify(got)}, supply a URL such as "https://models.example.com/v1"`,
});
