import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { annotations, DOCUMENTS_DIR } from 'kars-constructs/contract';

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  annotations: z.record(z.string(), z.string()).default({}),
});

const anyObject = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });

const configMap = anyObject.extend({
  data: z.record(z.string(), z.string()).default({}),
});

const container = z.looseObject({
  name: z.string(),
  restartPolicy: z.string().optional(),
  args: z.array(z.string()).default([]),
  env: z
    .array(
      z.looseObject({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z.unknown().optional(),
      }),
    )
    .default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});

const template = z.looseObject({
  spec: z.looseObject({
    initContainers: z.array(container).default([]),
    containers: z.array(container),
    volumes: z.array(
      z.looseObject({
        name: z.string(),
        projected: z
          .looseObject({
            sources: z.array(
              z.looseObject({
                configMap: z
                  .looseObject({
                    name: z.string(),
                    items: z
                      .array(z.looseObject({ key: z.string(), path: z.string() }))
                      .default([]),
                  })
                  .optional(),
              }),
            ),
          })
          .optional(),
      }),
    ),
  }),
});

const templated = anyObject.extend({ spec: z.looseObject({ template }) });

const cronJob = anyObject.extend({
  spec: z.looseObject({ jobTemplate: z.looseObject({ spec: z.looseObject({ template }) }) }),
});

/** The pod template of an object that runs one. */
function templateOf(manifest: Manifest): z.output<typeof template> | undefined {
  switch (manifest.kind) {
    case 'Deployment':
    case 'Job':
      return templated.parse(manifest).spec.template;
    case 'CronJob':
      return cronJob.parse(manifest).spec.jobTemplate.spec.template;
    default:
      return undefined;
  }
}

/** An object of a manifest. */
export type Manifest = z.output<typeof anyObject>;

/** A container of a manifest. */
export type ManifestContainer = z.output<typeof container>;

/** What a kubelet would need of a sandbox to run it. */
export interface SandboxManifests {
  readonly name: string;
  readonly router: ManifestContainer;
  readonly egressProxy: ManifestContainer;
  readonly agent: ManifestContainer;
  /** Content of the projected documents volume, by file name. */
  readonly documents: ReadonlyMap<string, string>;
  /** Digest that synthesis wrote beside each document, by file name. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Every object in the YAML files of a directory. */
export async function readManifests(directory: string): Promise<Manifest[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.yaml')).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return texts
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as unknown))
    .filter((value) => value !== null)
    .map((value) => anyObject.parse(value));
}

/**
 * Takes the one sandbox out of a list of objects.
 *
 * @throws Error when there is no sandbox, or a part of it is missing.
 */
export function findSandbox(manifests: readonly Manifest[]): SandboxManifests {
  const pods = manifests.flatMap((manifest) => {
    const pod = templateOf(manifest)?.spec;
    return pod?.initContainers.some(({ name }) => name === 'router') === true
      ? [{ metadata: manifest.metadata, pod }]
      : [];
  });
  const [found] = pods;
  if (found === undefined || pods.length > 1) {
    throw new Error(`got ${pods.length} sandboxes in the manifests, supply exactly one`);
  }
  const { initContainers, containers, volumes } = found.pod;
  const pick = (list: readonly ManifestContainer[], name: string): ManifestContainer => {
    const picked = list.find((entry) => entry.name === name);
    if (picked === undefined) throw new Error(`the sandbox has no container "${name}"`);
    return picked;
  };
  const pickSidecar = (name: string): ManifestContainer => {
    const sidecar = pick(initContainers, name);
    if (sidecar.restartPolicy !== 'Always') {
      throw new Error(`the container "${name}" is no sidecar: its restartPolicy is not Always`);
    }
    return sidecar;
  };
  const router = pickSidecar('router');
  const volume = router.volumeMounts.find(({ mountPath }) => mountPath === DOCUMENTS_DIR)?.name;
  const sources = volumes.find(({ name }) => name === volume)?.projected?.sources ?? [];
  const maps = manifests
    .filter(({ kind }) => kind === 'ConfigMap')
    .filter((manifest) => manifest.metadata.namespace === found.metadata.namespace)
    .map((manifest) => configMap.parse(manifest));
  const documents = new Map<string, string>();
  const digests = new Map<string, string>();
  for (const { configMap: source } of sources) {
    const map = maps.find(({ metadata: { name } }) => name === source?.name);
    for (const { key, path } of source?.items ?? []) {
      if (!/^[a-z0-9][a-z0-9.-]*$/.test(path)) {
        throw new Error(`got the document path ${path}, supply a plain file name`);
      }
      const body = map?.data[key];
      if (body === undefined) throw new Error(`no ConfigMap has the document ${path}`);
      documents.set(path, body);
      digests.set(path, map?.metadata.annotations[annotations.digest] ?? '');
    }
  }
  return {
    name: found.metadata.name,
    router,
    egressProxy: pickSidecar('egress-proxy'),
    agent: pick(containers, 'agent'),
    documents,
    digests,
  };
}
