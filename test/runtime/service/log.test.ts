import { describe, expect, it } from 'vitest';
import { createLog } from '../../../runtime/service/log.ts';

describe('a log record', () => {
  it('is one line of JSON with time, level, process and event', () => {
    const written: string[] = [];
    createLog('router', (line) => written.push(line)).warn('documents-refused', { error: 'x' });
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      level: 'warn',
      process: 'router',
      event: 'documents-refused',
      error: 'x',
    });
  });

  it('stays one line for every reader, whatever the agent puts into it', () => {
    const target = 'a\nb\rc\u2028{"event":"listening"}\u2029d';
    let written = '';
    createLog('router', (line) => (written += line)).info('decision', { target });
    expect(written.trimEnd().split(/[\n\r\u2028\u2029]/)).toHaveLength(1);
    expect(JSON.parse(written)).toMatchObject({ event: 'decision', target });
  });
});
