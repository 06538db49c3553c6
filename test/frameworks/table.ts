import type { Attempt } from './door.ts';
import { versionOf, type Framework } from './frameworks.ts';
import type { Outcome, TurnName } from './run.ts';

/** A framework, and what came of its turns. */
export interface Row {
  readonly framework: Framework;
  readonly outcomes: Readonly<Record<TurnName, Outcome>>;
}

const HEADER = `# Agent frameworks

Written by \`npm run test:frameworks\`. Each framework runs as its packages are, beside the sidecars of a sandbox on this machine,
with the endpoint of its models and what stands below the table. In a governed turn it asks a model, calls the tool that the model wants, and asks again; what the tool
fetches is denied by the egress proxy, and the agent is told so. A stop is status 403, and no waiting ends it: here a tool that no policy has, and a budget
that is spent. A wait is status 429 with \`Retry-After\`: here as many calls under way as the policy allows.

\`\`\`sh
npm run setup:frameworks   # once: some minutes, 2 GB; needs Python 3.11 or newer with pip
npm run test:frameworks    # writes this page with -- -u
\`\`\`
`;

const FOOTER = `
- Client libraries, and what each does at stops and waits: [models](models.md).
- The Claude Agent SDK asks the provider to shorten conversations and more, which is [refused](models.md#what-a-provider-may-not-do):
  \`CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1\` has it not ask. Its tools are named \`mcp__SERVER__TOOL\` in a \`ToolPolicy\`.
- A crew of CrewAI begins its task anew at any error, two times more, a stop too: \`max_retry_limit=0\` of its agents, with which it ran here, has
  it end.
- Some frameworks report to their makers: it is the proxy that denies that, and what nobody has allowed is only noise in its log. They stop with
  \`OTEL_SDK_DISABLED\`, \`CREWAI_DISABLE_TELEMETRY\`, \`OPENAI_AGENTS_DISABLE_TRACING\`, \`CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC\` and \`NO_GCE_CHECK\`.
`;

/** The page of frameworks; nothing in it depends on when or where they ran. */
export const renderPage = (rows: readonly Row[]): string =>
  [
    HEADER,
    '| framework | API | a governed turn | a tool that is not allowed | a budget that is spent | too many calls at once |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(rowOf),
    FOOTER,
  ].join('\n');

function rowOf({ framework, outcomes }: Row): string {
  const { governed, forbidden, spent, busy } = outcomes;
  const cells = [
    nameOf(framework),
    framework.api,
    governed.said === undefined ? 'fails' : 'completes',
    stopOf(forbidden),
    stopOf(spent),
    waitOf(busy),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** A framework with its version, as the page names it. */
export const nameOf = (framework: Framework): string =>
  `${framework.name}, \`${framework.package}\` ${versionOf(framework)}`;

/** Whether an agent was told the code of a refusal. */
export const isTold = ({ said = '', error = '' }: Outcome, code = 'KARS_'): boolean =>
  `${said}${error}`.includes(code);

function stopOf(outcome: Outcome): string {
  const { length } = outcome.attempts;
  const reason = isTold(outcome) ? 'shows the reason' : 'does not say why';
  return `${length === 1 ? 'one attempt' : `${length} attempts`}, ${reason}`;
}

/** Whether another attempt came, and no sooner than it was told. */
export function hasWaited([first, second]: readonly Attempt[]): boolean {
  if (first?.retryAfter === undefined || second === undefined) return false;
  return second.at - first.at >= first.retryAfter * 1000 - CLOCK_MILLISECONDS;
}

/** A timer of another program may end by this much too early. */
const CLOCK_MILLISECONDS = 5;

function waitOf(outcome: Outcome): string {
  const { said, attempts } = outcome;
  if (attempts.length === 1) return isTold(outcome) ? 'is told to wait' : 'does not say why';
  const waits = hasWaited(attempts) ? 'waits as long as it is told' : 'does not wait long enough';
  return said === undefined ? `${waits}, then fails` : `${waits}, then goes on`;
}
