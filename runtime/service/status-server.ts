import type { Server } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { statusPaths } from 'kars-constructs/contract';
import type { Registry } from 'prom-client';
import type { PolicyStatus } from '../policy/policy-status.ts';
import type { ListenAddress } from './arguments.ts';

/** What a process tells those outside the pod. */
export interface StatusSource {
  /** Why the process cannot serve the agent, or undefined when it can. */
  notReady(): string | undefined;
  policyStatus(): PolicyStatus;
  readonly registry: Registry;
}

const TEN_SECONDS = 10_000;

/**
 * Serves liveness, readiness, metrics and policy status: GET only, nothing that changes state, no
 * secret.
 *
 * @returns the server and the port that it got.
 */
export async function startStatusServer(
  source: StatusSource,
  { host, port }: ListenAddress,
): Promise<{ server: FastifyInstance; port: number }> {
  const server = fastify({ bodyLimit: 1024, requestTimeout: TEN_SECONDS, exposeHeadRoutes: false });
  server.get(statusPaths.live, () => ({ status: 'alive' }));
  server.get(statusPaths.ready, (_request, reply) => {
    const reason = source.notReady();
    return reason === undefined
      ? reply.send({ status: 'ready' })
      : reply.code(503).send({ status: 'not ready', reason });
  });
  server.get(statusPaths.metrics, async (_request, reply) =>
    reply.type(source.registry.contentType).send(await source.registry.metrics()),
  );
  server.get(statusPaths.policyStatus, () => source.policyStatus());
  server.setNotFoundHandler((request, reply) =>
    request.method === 'GET'
      ? reply
          .code(404)
          .send({ error: `no such path, there are ${Object.values(statusPaths).join(', ')}` })
      : reply.code(405).header('allow', 'GET').send({ error: 'only GET is served' }),
  );
  await server.listen({ host, port });
  return { server, port: listeningPort(server) };
}

/** The port that a listening server got. */
export function listeningPort({ server }: { server: Server }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new TypeError('the server does not listen on a TCP port');
  }
  return address.port;
}
