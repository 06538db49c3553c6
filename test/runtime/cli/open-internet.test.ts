import { describe, expect, it, onTestFinished } from 'vitest';
import { startOpenInternet } from '../../../runtime/cli/quickstart/open-internet.ts';
import { startSites } from '../../../runtime/cli/quickstart/sites.ts';
import { exchangeRaw } from '../../support/servers.ts';

async function internet(): Promise<{ port: number; seen: string[]; collected: readonly string[] }> {
  const seen: string[] = [];
  const sites = await startSites('/secret', (request) => seen.push(request));
  onTestFinished(sites.close);
  const { port, close } = await startOpenInternet(sites.port);
  onTestFinished(close);
  return { port, seen, collected: sites.collected };
}

const get = (target: string, host: string): string =>
  `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;

describe('the stand-in for an open network', () => {
  it('leads every name to the sites, with path and query', async () => {
    const { port, seen } = await internet();
    const answer = await exchangeRaw(
      port,
      get('http://articles.example/a?b=c', 'articles.example'),
    );
    expect(answer).toContain('Tides are made by');
    expect(seen).toEqual(['GET articles.example/a?b=c']);
  });

  it('opens tunnels', async () => {
    const { port, seen } = await internet();
    const connect = 'CONNECT collector.example:80 HTTP/1.1\r\nhost: collector.example:80\r\n\r\n';
    const answer = await exchangeRaw(port, connect + get('/x', 'collector.example'));
    expect(answer).toContain('200 Connection Established');
    expect(answer).toContain('thank you');
    expect(seen).toEqual(['GET collector.example/x']);
  });

  it('answers what is no request to a proxy, and goes on', async () => {
    const { port } = await internet();
    expect(await exchangeRaw(port, get('/', '127.0.0.1'))).toContain('400');
    expect(await exchangeRaw(port, get('http://x.example/', 'x.example'))).toContain('thank you');
  });
});

describe('the collector', () => {
  it('sees what was sent in an address as well as in a body', async () => {
    const { port, collected } = await internet();
    const address = 'http://collector.example/?q=launch%20code+7319';
    await exchangeRaw(port, get(address, 'collector.example'));
    await exchangeRaw(port, get('http://collector.example/?%zz', 'collector.example'));
    await exchangeRaw(port, get('http://articles.example/?q=1', 'articles.example'));
    expect(collected).toEqual(['/?q=launch code 7319\n', '/?%zz\n']);
  });
});
