import { API_VERSION, GROUP, VERSION } from './api.ts';
import type { KindDefinition } from './kind.ts';
import { structural, type SchemaNode } from './structural.ts';

/** The CustomResourceDefinition of a kind, ready for `kubectl apply --server-side`. */
export function customResourceDefinition(definition: KindDefinition): SchemaNode {
  const { kind, plural, shortName, scope, columns } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${GROUP}`,
      labels: { 'app.kubernetes.io/name': 'kars', 'app.kubernetes.io/component': 'crd' },
    },
    spec: {
      group: GROUP,
      names: {
        kind,
        plural,
        singular: kind.toLowerCase(),
        listKind: `${kind}List`,
        shortNames: [shortName],
      },
      scope,
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            ...columns,
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          schema: { openAPIV3Schema: rootSchema(definition) },
        },
      ],
    },
  };
}

function rootSchema({ kind, description, spec, specRequired, status }: KindDefinition): SchemaNode {
  return {
    type: 'object',
    title: kind,
    description,
    ...(specRequired ? { required: ['spec'] } : {}),
    properties: {
      apiVersion: { type: 'string', description: `Always ${API_VERSION}.` },
      kind: { type: 'string', description: `Always ${kind}.` },
      metadata: { type: 'object' },
      spec: { ...structural(spec), description: 'What is wanted.' },
      status: {
        ...structural(status),
        description: 'What a controller found; nothing in this release writes it.',
        nullable: true,
      },
    },
  };
}
