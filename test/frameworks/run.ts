import type { LocalSandbox } from '../../runtime/cli/local/local-sandbox.ts';
import { Door, type Attempt } from './door.ts';
import { runAgent, type Said, type Turn } from './agent.ts';
import type { Framework } from './frameworks.ts';
import { startModel, startSandbox, startSlowModel, type Bounds } from './sandboxes.ts';

/** What an agent is to do, and where the sidecars say something to it. */
const tools = {
  /** Call a model, a tool and the model again; what the tool wants is for the egress proxy to decide. */
  governed: 'fetch_page',
  /** Offer a tool that no policy has. */
  forbidden: 'erase_everything',
  /** Ask when the budget is spent. */
  spent: 'fetch_page',
  /** Ask while as many calls are under way as the policy allows, until the first that is told to wait. */
  busy: 'fetch_page',
} as const satisfies Readonly<Record<string, Turn['tool']>>;

/** Name of a turn. */
export type TurnName = keyof typeof tools;

/** What came of a turn. */
export interface Outcome extends Said {
  readonly attempts: readonly Attempt[];
}

const names = Object.keys(tools) as TurnName[];

/** Has a framework take every turn beside the sidecars of sandboxes, and says what came of each. */
export async function runTurns(framework: Framework): Promise<Readonly<Record<TurnName, Outcome>>> {
  const [model, slow] = await Promise.all([startModel(), startSlowModel()]);
  const start = (bounds: Bounds): Promise<LocalSandbox> =>
    startSandbox(bounds, model, slow.endpoint);
  // One after the other: each has two processes to start.
  const usual = await start({});
  const spent = await start({ tokenBudget: { daily: 1 } });
  const busy = await start({ callLimits: { concurrentRequests: 1 } });
  const [env, ofSpent, ofBusy] = await Promise.all([usual.agentEnvironment(), spent.agentEnvironment(), busy.agentEnvironment()]); // prettier-ignore
  const routers = { governed: routerIn(env), forbidden: routerIn(env), spent: routerIn(ofSpent), busy: routerIn(ofBusy) }; // prettier-ignore
  const door = await Door.open(new Map(Object.entries(routers)), (turn) => {
    if (turn === 'busy') slow.release();
  });
  await slow.occupy(routers.busy);
  const turns = names.map((name) => ({ endpoint: door.endpoint(name), tool: tools[name] }));
  const said = await runAgent(framework, turns, env);
  const outcomes = names.map((name, index) => [
    name,
    { ...said[index], attempts: door.attempts(name) },
  ]);
  return Object.fromEntries(outcomes) as Readonly<Record<TurnName, Outcome>>;
}

const routerIn = ({ OPENAI_BASE_URL = '' }: Readonly<Record<string, string>>): string =>
  OPENAI_BASE_URL.replace(/\/v1$/, '');
