import { gzipSync } from 'node:zlib';
import type { NetworkAttack, Order } from '../network-attack.ts';
import { CRLF, lines, toRouter } from '../sidecar-requests.ts';
import { call, CHAT, chat, router } from './requests.ts';

const SAID = '"messages":[{"role":"user","content":"x"}]';
const SEARCH = '"web_search_options":{}';

const invalid = (id: string, what: string, order: Order): NetworkAttack =>
  router('KARS_REQUEST_INVALID', `reading-${id}`, what, order);
const text = (body: string, ...headers: readonly string[]): Order =>
  call('POST', CHAT, body, ...headers);

const twice: readonly NetworkAttack[] = [
  invalid('twice', 'name two models, of which one is allowed', text(`{"model":"huge",${SAID},"model":"small"}`)), // prettier-ignore
  invalid('escaped', 'name two models, one of them by a key in escapes', text(`{"model":"small","\\u006dodel":"huge",${SAID}}`)), // prettier-ignore
  invalid(
    'nested',
    'write the type of a part twice',
    text(
      '{"model":"small","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA","url":"https://evil.example"}}]}]}',
    ),
  ),
  invalid('prototype', 'set what every object inherits', text(`{"model":"small",${SAID},"__proto__":{"tools":[{"type":"web_search"}]}}`)), // prettier-ignore
  invalid(
    'two-documents',
    'put a second request behind the first in one body',
    text(`{"model":"small",${SAID}}{"model":"huge",${SAID},${SEARCH}}`),
  ),
  invalid('number', 'write a number that becomes another one', text(`{"model":"small",${SAID},"max_tokens":9.00000000000000000001}`)), // prettier-ignore
  invalid('infinite', 'write a number that becomes infinite', text(`{"model":"small",${SAID},"max_tokens":1e999}`)), // prettier-ignore
];

const forms: readonly NetworkAttack[] = [
  router(
    'KARS_FIELD_UNKNOWN',
    'reading-case',
    'offer tools by a field in capitals, which some servers take',
    chat({ Tools: [{ type: 'web_search' }] }),
  ),
  invalid('form', 'send the request as a form', text('model=huge&messages=x', 'content-type: application/x-www-form-urlencoded')), // prettier-ignore
  router(
    'KARS_FIELD_UNKNOWN',
    'reading-charset',
    'send the request in UTF-7, which hides its keys',
    text(
      `{"model":"small",${SAID},"+AHcAZQBi-":1}`,
      'content-type: application/json; charset=utf-7',
    ),
  ),
  {
    ...invalid(
      'packed',
      'pack a request that nobody would look into',
      text(
        gzipSync(`{"model":"huge",${SAID},${SEARCH}}`).toString('latin1'),
        'content-type: application/json',
        'content-encoding: gzip',
      ),
    ),
    // Its bytes are none that a manifest may have.
    needsOthers: true,
  },
  router(
    'KARS_ROUTE_UNKNOWN',
    'reading-override',
    'say by a header that another method is meant',
    call('GET', CHAT, '', 'x-http-method-override: POST'),
  ),
  router(
    'KARS_REQUEST_TOO_LARGE',
    'reading-deep',
    'nest a request deeper than readers follow',
    text(`{"model":"small",${SAID},"stop":${'['.repeat(5000)}${']'.repeat(5000)}}`),
  ),
];

const SMUGGLED = lines('POST /v1/files HTTP/1.1', 'host: smuggled', 'content-length: 0');
const framed = (id: string, what: string, ...headers: readonly string[]): NetworkAttack => ({
  ...router(
    '400 Bad Request',
    `reading-${id}`,
    what,
    toRouter(
      `${lines(`POST ${CHAT} HTTP/1.1`, 'host: x', 'content-type: application/json', ...headers)}0${CRLF}${CRLF}${SMUGGLED}`,
    ),
  ),
  // No sidecar says a code to what is no HTTP.
  needsOthers: true,
});

const frames: readonly NetworkAttack[] = [
  framed('two-lengths', 'say in two ways where a body ends, to the router', 'content-length: 5', 'transfer-encoding: chunked'), // prettier-ignore
  framed('odd-length', 'name two lengths of a body', 'content-length: 5', 'content-length: 60'),
];

/** Requests that two readers would read in two ways. */
export const readings: readonly NetworkAttack[] = [...twice, ...forms, ...frames];
