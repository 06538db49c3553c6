import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { otlpTracing } from '../../../../runtime/router/tracing/otlp-tracing.ts';
import { TracedCall } from '../../../../runtime/router/tracing/traced-call.ts';
import { createLog } from '../../../../runtime/service/log.ts';
import { startCollector } from '../../../support/otlp-collector.ts';
import { httpServer } from '../../../support/servers.ts';

const DONE = { surface: 'chat', code: '2xx', status: 200 };

function startTracing(endpoint: string, exportMilliseconds?: number) {
  const registry = new Registry();
  const lines: string[] = [];
  const tracing = otlpTracing({
    endpoint,
    sandbox: 'reader',
    registry,
    log: createLog('router', (line) => lines.push(line)),
    delayMilliseconds: 20,
    ...(exportMilliseconds === undefined ? {} : { exportMilliseconds }),
  });
  const counts = async (): Promise<Record<string, number>> => {
    const metric = await registry.getSingleMetric('kars_spans_total')?.get();
    const values = metric?.values ?? [];
    return Object.fromEntries(
      values.map(({ labels, value }) => [String(labels['outcome']), value]),
    );
  };
  const events = () => lines.map((line) => (JSON.parse(line) as { event: string }).event);
  const end = (times: number): void => {
    for (let count = 0; count < times; count += 1) tracing.end(new TracedCall(undefined), DONE);
  };
  return { tracing, counts, events, end };
}

describe('tracing', () => {
  it('keeps no more spans than it has room for, and drops the others', async () => {
    const collector = await startCollector();
    const { tracing, counts, end } = startTracing(collector.endpoint);
    // Nothing is sent in between.
    end(10_000);
    await tracing.close();
    expect(collector.spans.length).toBeGreaterThan(1000);
    expect(collector.spans.length).toBeLessThanOrEqual(2048 + 512);
    expect(await counts()).toEqual({ made: 10_000, exported: collector.spans.length });
  });

  it('ends where a collector takes requests and answers none', async () => {
    const asked: unknown[] = [];
    const { port } = await httpServer((request) => {
      asked.push(request.url);
    });
    const { tracing, counts, end, events } = startTracing(`http://127.0.0.1:${port}`, 200);
    end(1000);
    await expect.poll(() => asked.length).toBe(1);
    await tracing.close();
    expect(await counts()).not.toHaveProperty('exported');
    expect(events()).not.toContain('traces-exported');
  });

  it('goes on where a collector comes back, and says so once each', async () => {
    let status = 503;
    const { port } = await httpServer((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
    const { tracing, counts, end, events } = startTracing(`http://127.0.0.1:${port}`, 100);
    end(1);
    await expect.poll(async () => (await counts())['failed']).toBe(1);
    end(1);
    await expect.poll(async () => (await counts())['failed']).toBe(2);
    status = 200;
    end(1);
    await expect.poll(async () => (await counts())['exported']).toBe(1);
    await tracing.close();
    expect(events()).toEqual(['traces-failed', 'traces-exported']);
  });

  it('follows no redirect', async () => {
    const elsewhere = await startCollector();
    const { port } = await httpServer((request, response) => {
      request.resume();
      response.writeHead(307, { location: `${elsewhere.endpoint}/v1/traces` }).end();
    });
    const { tracing, counts, end } = startTracing(`http://127.0.0.1:${port}`);
    end(1);
    await expect.poll(async () => (await counts())['failed']).toBe(1);
    await tracing.close();
    expect(elsewhere.bodies).toEqual([]);
  });

  it('makes no span of what uses no model', async () => {
    const collector = await startCollector();
    const { tracing, counts } = startTracing(collector.endpoint);
    for (const surface of ['http', 'models']) {
      tracing.end(new TracedCall(undefined), { ...DONE, surface });
    }
    await tracing.close();
    expect(await counts()).toEqual({});
    expect(collector.spans).toEqual([]);
  });
});
