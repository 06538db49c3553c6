import type { ApplicableObject, Client } from '../client.ts';

/** The plural of a kind of another API. */
export const pluralOf = (kind: string): string =>
  `${kind.toLowerCase().replace(/y$/, 'ie')}s`.replace('iessss', 'ies');

const definitionOf = (group: string, kind: string): ApplicableObject => {
  const plural = pluralOf(kind);
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  const spec = {
    group,
    scope: 'Namespaced',
    names: { plural, kind, singular: kind.toLowerCase() },
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      ...{ annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
    },
    ...{ spec },
  };
};

/** Has the API server take kinds of other APIs, of whatever form; each is a group and a kind. */
export async function serveForeign(
  admin: Client,
  kinds: readonly (readonly [string, string])[],
): Promise<void> {
  for (const [group, kind] of kinds) {
    const { ok, message } = await admin.apply(definitionOf(group, kind));
    if (!ok) throw new Error(message);
  }
  for (const [group, kind] of kinds) await served(admin, `/apis/${group}/v1/${pluralOf(kind)}`);
}

async function served(admin: Client, path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await admin.call('GET', path)).ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${path} is not served after a hundred attempts`);
}
