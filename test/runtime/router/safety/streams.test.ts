import fc from 'fast-check';
import type { ContentSafety, Deny } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { relayStream } from '../../../../runtime/router/relay.ts';
import { ContentGate } from '../../../../runtime/router/safety/content-gate.ts';
import { HeldBytes } from '../../../../runtime/router/safety/held-bytes.ts';
import { ContentVerdict } from '../../../../runtime/router/safety/content-verdict.ts';
import { chat } from '../../../../runtime/router/surfaces/chat/chat.ts';
import { completions } from '../../../../runtime/router/surfaces/completions.ts';
import { responses } from '../../../../runtime/router/surfaces/responses/responses.ts';
import type {
  ErrorShape,
  ContentOf,
  ServerEvent,
  StreamStep,
} from '../../../../runtime/router/surfaces/surface.ts';
import { CallGate } from '../../../../runtime/router/tools/call-gate.ts';
import { arriving, partsOf } from '../../../support/cut-bytes.ts';
import {
  annotation,
  chatChunks,
  PROMPT,
  responseEvents,
  textChunks,
  type Piece,
} from './annotated.ts';

const surfaces = [
  {
    ...chatChunks,
    contentOf: chat.contentOf,
    errors: chat.errors,
    read: (event: ServerEvent) => chat.streaming?.read(event, { messages: [] }),
  },
  {
    ...textChunks,
    contentOf: completions.contentOf,
    errors: completions.errors,
    read: (event: ServerEvent) => completions.streaming?.read(event, { prompt: 'hi' }),
  },
  {
    ...responseEvents,
    contentOf: responses.contentOf,
    errors: responses.errors,
    read: (event: ServerEvent) => responses.streaming?.read(event, { input: 'hi' }),
  },
];

interface Relaying {
  readonly contentOf: ContentOf | undefined;
  readonly errors: ErrorShape;
  readonly read: (event: ServerEvent) => StreamStep | undefined;
}

/** What came out, and what was found. */
async function relayed(
  stream: string,
  cuts: readonly number[],
  safety: ContentSafety,
  { contentOf, errors, read }: Relaying,
): Promise<{ readonly frames: string; readonly found: string[] }> {
  if (contentOf === undefined) throw new Error('nobody says anything of content here');
  const found: string[] = [];
  const judge = {
    contentOf,
    verdict: new ContentVerdict(safety, 'rule'),
    streaming: safety.streaming,
    found: (denial: Deny) => {
      found.push(`${denial.code} ${denial.reason}`);
      return Promise.resolve(safety.streaming === 'Audit' ? undefined : denial);
    },
  };
  let frames = '';
  for await (const part of relayStream(arriving(within(stream, cuts)), {
    read,
    errors,
    gate: new ContentGate(judge, new CallGate(() => Promise.resolve(undefined))),
    gone: new AbortController().signal,
    settle: () => Promise.resolve(),
  })) {
    frames += part;
  }
  return { frames, found };
}

/** Cuts of any stream, brought within this one. */
function within(stream: string, cuts: readonly number[]): readonly Uint8Array[] {
  const bytes = Buffer.from(stream);
  return partsOf(bytes, [...new Set(cuts.map((cut) => cut % bytes.length))]);
}

const level = fc.constantFrom('safe', 'safe', 'safe', 'low', 'medium', 'high', 'unknown');

const results = fc.oneof(
  { weight: 6, arbitrary: fc.record({ hate: level, violence: level }).map(annotation) },
  { weight: 1, arbitrary: fc.constantFrom(undefined, {}, { hate: 'safe' }) },
);

const piece: fc.Arbitrary<Piece> = fc.record({
  answer: fc.constantFrom(0, 0, 0, 1),
  text: fc.constantFrom('a', 'text ', 'né', '👋🏽', '\n\n', 'data: x'),
  results,
});

const floor = fc.constantFrom('Safe', 'Low', 'Medium', 'High', undefined);

const cuts = fc.array(fc.nat(100_000), { maxLength: 12 });

const withoutUndefined = (given: object): ContentSafety =>
  Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined));

describe.each(surfaces)('the content of a stream of $name', (surface) => {
  it('is judged the same however its bytes are cut, and in every mode', async () => {
    const cases = fc.record({
      said: fc.array(piece, { maxLength: 6 }),
      prompt: fc.constantFrom<unknown>(
        [PROMPT],
        [PROMPT],
        [PROMPT],
        undefined,
        [],
        [{ content_filter_results: annotation({ hate: 'high' }) }],
      ),
      floors: fc.record({ hate: floor, violence: floor }),
      one: cuts,
      other: cuts,
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ said, prompt, floors, one, other }) => {
        const stream = surface.stream(said, prompt);
        const outcomes = [];
        for (const streaming of [undefined, 'Window', 'Audit'] as const) {
          const safety = { ...withoutUndefined(floors), ...(streaming && { streaming }) };
          const first = await relayed(stream, one, safety, surface);
          expect(await relayed(stream, other, safety, surface)).toEqual(first);
          outcomes.push({ ...first, text: surface.textOf(first.frames) });
        }
        const [buffer, window, audit] = outcomes;
        expect(window?.found).toEqual(buffer?.found);
        expect(audit?.found).toEqual(buffer?.found);
        expect(audit?.text.startsWith(window?.text ?? '-')).toBe(true);
        expect(window?.text.startsWith(buffer?.text ?? '-')).toBe(true);
        expect(buffer?.text).toBe(buffer?.found.length === 0 ? audit?.text : '');
      }),
      { numRuns: 3400 },
    );
  }, 300_000);
});

describe('streams that wait to be judged', () => {
  it('hold no more than there is room for, and give it back', async () => {
    const [surface] = surfaces;
    if (surface?.contentOf === undefined) throw new Error('there is no surface');
    const { contentOf } = surface;
    const room = new HeldBytes(4000);
    const gateOf = (): ContentGate =>
      new ContentGate(
        {
          contentOf,
          verdict: new ContentVerdict({ hate: 'Low' }, 'rule'),
          streaming: undefined,
          found: (denial) => Promise.resolve(denial),
        },
        new CallGate(() => Promise.resolve(undefined)),
        room,
      );
    const passing = { event: { event: undefined, data: '{}' }, step: {} };
    const [one, other] = [gateOf(), gateOf()];
    for (let taken = 0; taken < 7; taken += 1) expect(await one.take(passing)).toEqual([]);
    expect(await other.take(passing)).toMatchObject({ code: 'KARS_OVERLOADED' });
    one.close();
    expect(await other.take(passing)).toEqual([]);
  });
});

describe('a stream in a window', () => {
  it('goes on with what is judged, and holds what is not', async () => {
    const said = [
      { answer: 0, text: 'good ', results: annotation() },
      { answer: 0, text: 'not yet ', results: undefined },
      { answer: 0, text: 'bad', results: annotation({ hate: 'high' }) },
    ];
    const [surface] = surfaces;
    if (surface === undefined) throw new Error('there is no surface');
    const stream = surface.stream(said, [PROMPT]);
    const { frames, found } = await relayed(
      stream,
      [],
      { hate: 'Low', streaming: 'Window' },
      surface,
    );
    expect(surface.textOf(frames.split('data: {"error"')[0] ?? '')).toBe('good ');
    expect(frames).toContain('KARS_CONTENT_BLOCKED');
    expect(found).toEqual([
      'KARS_CONTENT_BLOCKED the answer has hate of severity high, allowed is low',
    ]);
  });
});
