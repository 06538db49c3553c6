import * as z from 'zod';

/** A node of an OpenAPI v3 schema. */
export type SchemaNode = Record<string, unknown>;

/**
 * A zod schema as a structural OpenAPI v3 schema, the form that CustomResourceDefinitions take.
 *
 * Left out is what structural schemas may not carry: `additionalProperties: false` (the API server
 * prunes or, under strict field validation, refuses unknown fields by itself) and the bounds that
 * mark integers as safe in JavaScript.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function structural(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const node = jsonSchema as SchemaNode;
      if (node['additionalProperties'] === false) delete node['additionalProperties'];
      if (node['maximum'] === Number.MAX_SAFE_INTEGER) delete node['maximum'];
      if (node['minimum'] === Number.MIN_SAFE_INTEGER) delete node['minimum'];
      if (node['x-kubernetes-preserve-unknown-fields'] === true) {
        delete node['additionalProperties'];
        delete node['propertyNames'];
      }
      delete node['propertyNames'];
    },
  });
}
