import { createServer } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Upstream } from '../../../runtime/router/upstream.ts';
import { ParentProxy } from '../../../runtime/service/parent-proxy.ts';
import { certificateOf } from '../../support/certificate.ts';
import { leadingTo, saying } from '../../support/parent-proxy.ts';
import { httpServer, portOf } from '../../support/servers.ts';

const HOST = 'models.example.com';

/** A call for a provider through a parent proxy on a port of this machine. */
async function call(parent: number, endpoint: string, certificateAuthorities?: string) {
  const upstream = new Upstream({
    credentials: '/nowhere',
    endpoints: new Map(),
    parent: new ParentProxy({
      authority: { host: '127.0.0.1', port: parent },
      ranges: ['127.0.0.0/8'],
    }),
  });
  onTestFinished(() => upstream.close());
  const provider = {
    name: 'local',
    endpoint,
    credential: 'none' as const,
    ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
  };
  const request = { provider, path: '/chat/completions', body: {} };
  const answer = await upstream.send(request, AbortSignal.timeout(5000));
  if ('denial' in answer) return answer;
  await answer.body.dump();
  return answer.status;
}

/** A provider of TLS on a port of this machine. */
async function provider() {
  const own = certificateOf(HOST);
  const server = createServer(own, (_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: portOf(server), cert: own.cert };
}

describe('a call behind a parent proxy', () => {
  it('goes through it by name, and is verified as ever', async () => {
    const { port, cert } = await provider();
    const parent = await leadingTo(port);
    expect(await call(parent.port, `https://${HOST}/v1`, cert)).toBe(200);
    expect(parent.asked.join()).toMatch(/^CONNECT models\.example\.com:443 HTTP\/1\.1\r\n/);
    expect(parent.asked.join()).not.toContain('completions');
    const other = certificateOf(HOST).cert;
    expect(await call(parent.port, `https://${HOST}/v1`, other)).toMatchObject({
      denial: { code: 'KARS_UPSTREAM_UNREACHABLE' },
    });
  });

  it('goes through it where a provider has no TLS, too', async () => {
    const host = await httpServer((_request, response) => response.end('{}'));
    const parent = await leadingTo(host.port);
    expect(await call(parent.port, `http://${HOST}:8000/v1`)).toBe(200);
    expect(parent.asked.join()).toMatch(/^CONNECT models\.example\.com:8000 /);
  });

  it('asks it for no address: what no provider may have is refused, all else is dialled', async () => {
    const parent = await saying('HTTP/1.1 200 OK\r\n\r\n');
    expect(await call(parent.port, 'http://169.254.169.254/v1')).toMatchObject({
      denial: { code: 'KARS_UPSTREAM_ADDRESS_FORBIDDEN' },
    });
    expect(parent.asked).toEqual([]);
  });

  it.each([
    ['wants credentials', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'answers 407'],
    ['refuses', 'HTTP/1.1 403 Forbidden\r\n\r\n', 'answers 403'],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.9\r\n', 'gives no answer of HTTP'],
    ['sends bytes unasked', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}', 'unasked'],
  ])('fails unsent when it %s', async (_what, answer, why) => {
    const { port } = await saying(answer);
    expect(await call(port, `http://${HOST}/v1`)).toMatchObject({
      denial: { code: 'KARS_PARENT_PROXY_FAILED', reason: expect.stringContaining(why) as string },
      isSent: false,
    });
  });

  it('fails unsent when it is not there', async () => {
    expect(await call(1, `http://${HOST}/v1`)).toMatchObject({
      denial: { code: 'KARS_UPSTREAM_UNREACHABLE' },
      isSent: false,
    });
  });
});
