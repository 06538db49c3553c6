import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { frameworks, isInstalled } from './frameworks.ts';
import { runTurns, type Outcome, type TurnName } from './run.ts';
import { hasWaited, isTold, renderPage, type Row } from './table.ts';

const PAGE = 'docs/frameworks.md';

const MOST_MILLISECONDS = 300_000;

const rows: Row[] = [];

describe.each(frameworks)('$name', (framework) => {
  const outcomeOf = (turn: TurnName): Outcome => {
    const row = rows.find((one) => one.framework === framework);
    if (row === undefined) throw new Error('its turns were not taken');
    return row.outcomes[turn];
  };

  it(
    'completes a governed turn',
    async () => {
      if (!isInstalled(framework)) throw new Error('not installed; run npm run setup:frameworks');
      rows.push({ framework, outcomes: await runTurns(framework) });
      expect(outcomeOf('governed')).toMatchObject({
        said: expect.stringMatching(/the tool said: .*403 KARS_EGRESS_NOT_ALLOWED/) as string,
        attempts: [{ status: 200 }, { status: 200 }],
      });
    },
    MOST_MILLISECONDS,
  );

  it.each([
    ['a tool that is not allowed', 'forbidden', 'KARS_TOOL_NOT_ALLOWED'],
    ['a budget that is spent', 'spent', 'KARS_BUDGET_SPENT'],
  ] as const)('asks once, and is told why, at %s', (_what, turn, code) => {
    const outcome = outcomeOf(turn);
    expect(outcome.attempts).toMatchObject([{ status: 403, retryAfter: undefined }]);
    expect(isTold(outcome, code)).toBe(true);
  });

  it('waits as long as it is told where its calls are too many at once, and goes on', () => {
    const { attempts, said } = outcomeOf('busy');
    expect(attempts).toMatchObject([{ status: 429 }, { status: 200 }, { status: 200 }]);
    expect(hasWaited(attempts)).toBe(true);
    expect(said).toMatch(/the tool said/);
  });
});

it('are what the page of the docs says', async () => {
  const options = await resolveConfig(PAGE);
  const page = await format(renderPage(rows), { ...options, parser: 'markdown' });
  process.stdout.write(`\n${page.split('\n').filter((line) => line.startsWith('|')).join('\n')}\n\n`); // prettier-ignore
  await expect(page).toMatchFileSnapshot(`../../${PAGE}`);
});
