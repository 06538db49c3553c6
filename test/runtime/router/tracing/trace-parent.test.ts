import { describe, expect, it } from 'vitest';
import { newTraceId, readTraceParent } from '../../../../runtime/router/tracing/trace-parent.ts';
import { TracedCall } from '../../../../runtime/router/tracing/traced-call.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('the trace that an agent names', () => {
  it.each([
    ['nothing', undefined],
    ['several', [`00-${TRACE}-${SPAN}-01`]],
    ['several in one field', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['words', 'of-the-agent'],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['the forbidden version', `ff-${TRACE}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['more than version 00 has', `00-${TRACE}-${SPAN}-01-more`],
    ['a line of the log', `00-${TRACE}-${SPAN}-01\n{"event":"status"}`],
    ['very much', `01-${TRACE}-${SPAN}-01-${'a'.repeat(300)}`],
  ])('is not taken from %s', (_what, header) => {
    expect(readTraceParent(header)).toBeUndefined();
    expect(new TracedCall(header).id).toMatch(/^[0-9a-f]{32}$/);
    expect(new TracedCall(header).id).not.toBe(TRACE);
  });

  it.each([`00-${TRACE}-${SPAN}-00`, `00-${TRACE}-${SPAN}-01`, `01-${TRACE}-${SPAN}-01-more`])(
    'is taken from %s, whatever its flags',
    (header) => {
      expect(readTraceParent(header)).toEqual({ traceId: TRACE, spanId: SPAN });
      expect(new TracedCall(header).id).toBe(TRACE);
    },
  );

  it('has an id of its own where it begins here, the same for all that is asked of a call', () => {
    const call = new TracedCall(undefined);
    expect(call.id).toBe(call.id);
    expect(newTraceId()).not.toBe(newTraceId());
  });
});

describe('why an answer ended', () => {
  it('is a word, and some of them', () => {
    const call = new TracedCall(undefined);
    call.finished([
      'stop',
      'the text of an answer',
      'TOOL',
      ...Array.from({ length: 40 }, () => 'length'),
    ]);
    expect(call.finishReasons.slice(0, 4)).toEqual(['stop', 'other', 'other', 'length']);
    expect(call.finishReasons).toHaveLength(16);
  });
});
