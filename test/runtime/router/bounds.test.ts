import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { limits, type Limits } from '../../../runtime/router/limits.ts';
import { openSidecar } from '../../support/sidecar.ts';
import { codeOf, hello, policies, startRouterOn, type TestRouter } from './support.ts';

/** A provider that no request of these tests is to reach. */
const NOWHERE = 'http://127.0.0.1:1/v1';

async function startBounded(bounds: Partial<Limits>): Promise<TestRouter> {
  const sidecar = await openSidecar('router', policies);
  return startRouterOn(sidecar, NOWHERE, true, { ...limits, ...bounds });
}

/** Sends bytes over a connection of its own, and tells what came until the router closed it. */
function exchange({ url }: TestRouter, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.write(bytes);
  return text(socket);
}

const post = 'POST /v1/chat/completions HTTP/1.1\r\nhost: router\r\n';
const json = 'content-type: application/json\r\n';

test('a connection over the bound is closed, and the others are served', async () => {
  const router = await startBounded({ agentConnections: 1 });
  const held = connect(Number(new URL(router.url).port), '127.0.0.1');
  onTestFinished(() => {
    held.destroy();
  });
  await new Promise((resolve) => held.once('connect', resolve));
  expect(await exchange(router, `${post}\r\n`)).toBe('');
  held.destroy();
  await expect.poll(() => router.post(hello).then(codeOf, () => 'closed')).not.toBe('closed');
});

test('headers that do not end are ended with 408', async () => {
  const router = await startBounded({ headerMilliseconds: 50 });
  expect(await exchange(router, post)).toMatch(/^HTTP\/1.1 408 /);
});

test('a body that does not end is ended with 408', async () => {
  const router = await startBounded({ headerMilliseconds: 50, requestMilliseconds: 100 });
  const slow = `${post}${json}content-length: 100\r\n\r\n{`;
  expect(await exchange(router, slow)).toMatch(/^HTTP\/1.1 408 /);
});

test('bodies that would be too much together are refused', async () => {
  const router = await startBounded({ requestBytesAtOnce: 1000 });
  const held = connect(Number(new URL(router.url).port), '127.0.0.1');
  held.write(`${post}${json}content-length: 990\r\n\r\n{`);
  await expect.poll(async () => codeOf(await router.post(hello))).toBe('KARS_OVERLOADED');
  held.destroy();
  await expect.poll(async () => codeOf(await router.post(hello))).not.toBe('KARS_OVERLOADED');
});

test('a body that does not tell its length counts as the longest', async () => {
  const router = await startBounded({ requestBytesAtOnce: limits.requestBytes - 1 });
  const chunked = `${post}${json}transfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n`;
  expect(await exchange(router, chunked)).toContain('KARS_OVERLOADED');
});

test('a body of too many values is refused before it is parsed', async () => {
  const router = await startBounded({});
  const answer = await router.post(`[${'{},'.repeat(limits.requestValues)}{}]`);
  expect([answer.status, await codeOf(answer)]).toEqual([413, 'KARS_REQUEST_TOO_LARGE']);
});

test('a body that is nested too deep is refused before it is parsed', async () => {
  const router = await startBounded({});
  const answer = await router.post('['.repeat(limits.requestDepth + 1));
  expect([answer.status, await codeOf(answer)]).toEqual([413, 'KARS_REQUEST_TOO_LARGE']);
});

test.each([
  '{"__proto__":{}}',
  '{"a":{"constructor":{"prototype":{}}}}',
  '{"model":"small","model":"large"}',
  '{"messages":[{"role":"user","content":"a","content":"b"}]}',
  '{"max_tokens":9007199254740993}',
  '{"max_tokens":1e400}',
])('a body with %s is refused', async (body) => {
  const router = await startBounded({});
  expect(await codeOf(await router.post(body))).toBe('KARS_REQUEST_INVALID');
});

test.each([
  ['a key twice', '"temperature":0.5,"temperature":0.5', 'a key stands twice'],
  [
    'a number that a double changes',
    '"temperature":0.50000000000000000001',
    'is none that a double',
  ],
])('a request that would be allowed is refused for %s alone', async (_what, member, reason) => {
  const router = await startBounded({});
  const body = JSON.stringify({ ...hello, model: 'small' });
  const allowed = await router.post(body.replace('{', '{"temperature":0.5,'));
  expect(await codeOf(allowed)).toBe('KARS_UPSTREAM_UNREACHABLE');
  const answer = await router.post(body.replace('{', `{${member},`));
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(reason)]);
});
