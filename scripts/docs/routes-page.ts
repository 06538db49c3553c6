import { processes, servedSurfaces, statusMeanings, statusPaths } from 'kars-constructs/contract';
import { egressSurfaces } from '../../runtime/egress-proxy/surfaces.ts';
import { agtRoutes } from '../../runtime/router/agt/agt-routes.ts';
import { listPaths, surfaceRoutes } from '../../runtime/router/routes.ts';
import { HEADER, table } from './markdown.ts';

const code = (text: string): string => `\`${text}\``;

const apisOf = (surface: string): string[] =>
  Object.entries(servedSurfaces).flatMap(([api, served]) =>
    served.includes(surface) ? [api] : [],
  );

const toModels = surfaceRoutes.flatMap(({ paths, surface, meaning, isStreamed }) =>
  paths.map((path) => [
    code(`POST ${path}`),
    code(surface),
    meaning,
    isStreamed ? 'yes' : 'no',
    apisOf(surface).map(code).join(', '),
  ]),
);

const besides = [
  ...listPaths.map((path) => [
    code(`GET ${path}`),
    'the models that a request may name, in the form of OpenAI',
  ]),
  ...Object.values(agtRoutes).map(({ method, path, meaning }) => [
    code(`${method} ${path}`),
    meaning,
  ]),
];

const ofStatus = (Object.keys(statusPaths) as (keyof typeof statusPaths)[]).map((name) => [
  code(`GET ${statusPaths[name]}`),
  statusMeanings[name],
]);

/** Every route of the sidecars. */
export const routesPage = (): string => `${HEADER}
# Routes

## Of the router, for the agent

On 127.0.0.1, port ${processes.router.agentPort}. What a request may say is decided by the policy: [models](../models.md). The last column has the APIs by which a model
may be served, \`responses\` where it has responses alone; the router translates where it has to.

${table(['route', 'surface', 'what', 'streamed', 'API of the model'], toModels)}

None of these changes anything:

${table(['route', 'what'], besides)}

HEAD is answered where GET is. Anything else is \`KARS_ROUTE_UNKNOWN\`, and no route is administrative.

## Of the egress proxy, for the agent

On 127.0.0.1, port ${processes['egress-proxy'].agentPort}; for DNS ${processes['egress-proxy'].dnsPort}. It has no paths of its own: each call is about a host, and decided by the [egress policy](../egress.md).

${table(
  ['surface', 'what'],
  Object.entries(egressSurfaces).map(([name, what]) => [code(name), what]),
)}

## Of both, for those outside the pod

On the address of the pod, port ${processes.router.statusPort} of the router and ${processes['egress-proxy'].statusPort} of the egress proxy. The agent cannot reach them. Any other method is answered with 405, any
other path with 404.

${table(['route', 'what'], ofStatus)}
`;
