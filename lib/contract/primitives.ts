import * as z from 'zod';
import { BYTES } from './quantity.ts';

/** Pattern of a DNS subdomain name, as the custom resources of kars v0.1.x spell it. */
export const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Name of an object in the same namespace. */
export const objectName = (): z.ZodString => z.string().max(253).regex(DNS_SUBDOMAIN);

/** Key of a ConfigMap or a Secret. */
export const dataKey = (): z.ZodString =>
  z
    .string()
    .max(253)
    .regex(/^[-._a-zA-Z0-9]+$/);

/** Size of a volume. */
export const volumeSize = (): z.ZodString => z.string().max(32).regex(BYTES);

/** Access modes of a volume that keep other nodes out. */
export const accessMode = () => z.enum(['ReadWriteOncePod', 'ReadWriteOnce']);

/** Any object; the API server keeps members that it does not know. */
export const openObject = (): z.ZodRecord<z.ZodString, z.ZodUnknown> =>
  z.record(z.string(), z.unknown()).meta({ 'x-kubernetes-preserve-unknown-fields': true });

/** A map of strings. */
export const stringMap = (): z.ZodRecord<z.ZodString, z.ZodString> =>
  z.record(z.string(), z.string());

/** An integer that JSON carries exactly; CRD format `int64`. */
export const int64 = (): z.ZodNumber => z.int().meta({ format: 'int64' });

/** A non-negative integer; CRD format `uint64`. */
export const uint64 = (): z.ZodNumber => z.int().min(0).meta({ format: 'uint64' });

/** A non-negative integer; CRD format `uint32`. */
export const uint32 = (): z.ZodNumber => z.int().min(0).meta({ format: 'uint32' });

/** A non-negative integer up to 65,535; CRD format `uint16`. */
export const uint16 = (): z.ZodNumber => z.int().min(0).max(65_535).meta({ format: 'uint16' });

/** A plain integer without a format. */
export const integer = (): z.ZodNumber => z.int();

/** A reference to an artifact in an OCI registry, by digest. */
export const ociArtifactRef = () =>
  z.strictObject({
    registry: z.string().describe('Host of the registry.'),
    repository: z.string().describe('Repository in the registry.'),
    digest: z.string().describe('Digest of the manifest.'),
    artifactType: z.string().describe('Media type of the artifact.'),
  });

/** A TCP port. */
export const port = (): z.ZodNumber => z.int().min(1).max(65_535);

/** A list whose items are told apart by `name`: the API server merges it by that key, and refuses duplicates. */
export const listByName = <Item extends z.ZodType<{ readonly name: string }>>(
  item: Item,
  max: number,
): z.ZodArray<Item> =>
  z
    .array(item)
    .max(max)
    .superRefine((list, context) => {
      const first = new Map<string, number>();
      for (const [index, { name }] of list.entries()) {
        const earlier = first.get(name) ?? index;
        first.set(name, earlier);
        if (earlier === index) continue;
        const message = `got the name ${JSON.stringify(name)} of item ${earlier} again, supply each name once`;
        context.addIssue({ code: 'custom', path: [index], message });
      }
    })
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] });
