import { once } from 'node:events';
import { Agent, createServer, request as send } from 'node:http';
import { connect } from 'node:net';
import { AGENT_HOST } from 'kars-constructs/contract';
import { listeningPort } from '../../service/status-server.ts';
import type { LoopbackServer } from './loopback-server.ts';

// Its own agent: the shared one takes a proxy out of the environment, which must not see loopback.
const direct = new Agent();

/** Stands in for an open network in the run without a sandbox: every name leads to `port`, nothing is refused. */
export async function startOpenInternet(port: number): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    const { method, headers, url = '' } = request;
    if (!URL.canParse(url)) {
      response.writeHead(400).end('this is a proxy: send a whole URL\n');
      return;
    }
    const { pathname, search } = new URL(url);
    const to = { host: AGENT_HOST, port, method, path: `${pathname}${search}`, headers };
    const onward = send({ ...to, agent: direct }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', (_request, client, head) => {
    const onward = connect({ host: AGENT_HOST, port }, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(client);
      client.pipe(onward);
    });
    for (const socket of [client, onward]) {
      socket.on('error', () => {
        client.destroy();
        onward.destroy();
      });
    }
  });
  server.listen(0, AGENT_HOST);
  await once(server, 'listening');
  return {
    port: listeningPort({ server }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
