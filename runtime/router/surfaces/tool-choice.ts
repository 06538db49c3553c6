import type { ProviderAct } from 'kars-constructs/contract';
import { isNothing, isRecord } from './reach.ts';
import type { OfferedTool } from './surface.ts';

/** Words that name no tool: whether the model calls one is left to it, or asked, or forbidden. */
const MODES: ReadonlySet<unknown> = new Set(['any', 'auto', 'none', 'required']);

/** Types of a choice that is of a tool with a name. */
const OF_NAME: ReadonlySet<unknown> = new Set(['custom', 'function', 'tool']);

/**
 * The tools that a request would have the model call: a choice can name one that is not among those it offers,
 * or one of the provider. Some servers take the name of a tool where others have a word.
 *
 * @param isOfAgent whether tools of a type, which the provider has made, run at the agent
 */
export function chosenTools(
  choice: unknown,
  isOfAgent: (type: string) => boolean = () => false,
): OfferedTool[] {
  if (isNothing(choice) || MODES.has(choice)) return [];
  if (typeof choice === 'string') return [{ type: 'function', name: choice }];
  if (!isRecord(choice)) return [{ type: 'unknown' }];
  const { type, name, mode, tools, allowed_tools: allowed } = choice;
  if (type === 'allowed_tools') {
    const listed = isRecord(allowed) ? allowed['tools'] : tools;
    const modes = isRecord(allowed) ? allowed['mode'] : mode;
    return [
      ...chosenTools(modes),
      ...(Array.isArray(listed) && listed.length > MOST ? [{ type: 'unknown' }] : []),
      ...(Array.isArray(listed)
        ? listed.slice(0, MOST).flatMap((one) => chosenTools(one, isOfAgent))
        : []),
    ];
  }
  const names = [name, ...KINDS.map((kind) => nameIn(choice[kind]))].filter(
    (one) => !isNothing(one),
  );
  if (type === undefined || OF_NAME.has(type)) {
    return names.length === 0
      ? [{ type: 'unknown' }]
      : names.map((one) => ({ type: 'function', name: typeof one === 'string' ? one : '' }));
  }
  if (typeof type !== 'string') return [{ type: 'unknown' }];
  if (MODES.has(type) && names.length === 0) return [];
  return [isOfAgent(type) && names.length === 0 ? { type, name: type } : { type }];
}

/** As many tools as a request may offer. */
const MOST = 1024;

const KINDS = ['custom', 'function'];

const nameIn = (holder: unknown): unknown => (isRecord(holder) ? holder['name'] : undefined);

/** A tool with what the provider does by it, where it runs there. */
export function withAct<T extends OfferedTool>(
  tool: T,
  actOf: (type: string) => ProviderAct | undefined,
): T {
  const act = tool.name === undefined ? actOf(tool.type) : undefined;
  return act === undefined ? tool : { ...tool, act };
}
