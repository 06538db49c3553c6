import { describe, expect, it } from 'vitest';
import { agtRoutes } from '../../../runtime/router/agt/agt-routes.ts';
import { listPaths, surfaceRoutes } from '../../../runtime/router/routes.ts';
import { startProvider } from '../../support/openai-provider.ts';
import { startRouter } from './support.ts';

const gets = [
  ...listPaths,
  ...Object.values(agtRoutes).flatMap(({ method, path }) => (method === 'GET' ? [path] : [])),
];

const tabled = [
  ...surfaceRoutes.flatMap(({ paths }) => paths.map((path) => `POST ${path}`)),
  `POST ${agtRoutes.evaluate.path}`,
  ...gets.flatMap((path) => [`GET ${path}`, `HEAD ${path}`]),
];

/** The routes in a tree, each with the path from its root. */
function leavesOf(tree: string): string[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] =
      /^(.*── )(\S+)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    const depth = indent.length / 4;
    if (depth === 0) return [];
    const path = `${parents[depth - 1] ?? ''}${part}`;
    parents[depth] = path;
    return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${path}`);
  });
}

describe('the routes of the router', () => {
  it('are those of the tables, and no others', async () => {
    const { endpoint } = await startProvider();
    const { routes } = await startRouter(endpoint);
    expect(leavesOf(routes()).toSorted()).toEqual(tabled.toSorted());
  });

  it.each([
    '/metrics',
    '/internal/status',
    '/internal/policy-status',
    '/readyz',
    '/admin',
    '/agt/policies',
  ])('have none that is administrative: %s', async (path) => {
    const { endpoint } = await startProvider();
    const { url } = await startRouter(endpoint);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await fetch(`${url}${path}`, { method });
      expect([answer.status, answer.headers.get('x-kars-code')]).toEqual([
        404,
        'KARS_ROUTE_UNKNOWN',
      ]);
    }
  });
});
