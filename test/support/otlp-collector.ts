import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { httpServer } from './servers.ts';

const value = z.strictObject({
  stringValue: z.string().optional(),
  intValue: z.union([z.int(), z.string()]).optional(),
  doubleValue: z.number().optional(),
  boolValue: z.boolean().optional(),
  arrayValue: z.object({ values: z.array(z.object({ stringValue: z.string() })) }).optional(),
});

const attributes = z.array(z.strictObject({ key: z.string(), value }));

const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  startTimeUnixNano: z.string().regex(/^\d+$/),
  endTimeUnixNano: z.string().regex(/^\d+$/),
  attributes,
  status: z.object({ code: z.int().optional() }),
});

/** A request in the JSON form of OTLP. @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
const exportRequest = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

/** A span as a collector got it, with plain attributes. */
export interface CollectedSpan extends Omit<z.output<typeof span>, 'attributes'> {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

const plain = (given: z.output<typeof attributes>): Record<string, unknown> =>
  Object.fromEntries(
    given.map(({ key, value: { stringValue, intValue, arrayValue, ...others } }) => [
      key,
      stringValue ??
        (intValue === undefined ? undefined : Number(intValue)) ??
        arrayValue?.values.map((one) => one.stringValue) ??
        Object.values(others)[0],
    ]),
  );

/** A collector on loopback that takes OTLP over HTTP in JSON. */
export async function startCollector(): Promise<{
  readonly endpoint: string;
  readonly spans: CollectedSpan[];
  /** What it got, byte by byte. */
  readonly bodies: string[];
}> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const { port } = await httpServer((request, response) => {
    text(request)
      .then((body) => {
        if (`${request.method ?? ''} ${request.url ?? ''}` !== 'POST /v1/traces') {
          response.writeHead(404).end();
          return;
        }
        bodies.push(body);
        for (const { resource, scopeSpans } of exportRequest.parse(JSON.parse(body))
          .resourceSpans) {
          const ofResource = plain(resource.attributes);
          for (const one of scopeSpans.flatMap((scope) => scope.spans)) {
            spans.push({ ...one, attributes: plain(one.attributes), resource: ofResource });
          }
        }
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      })
      .catch(() => response.writeHead(400).end());
  });
  return { endpoint: `http://127.0.0.1:${port}`, spans, bodies };
}
