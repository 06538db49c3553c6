import { isReservedVariable } from '../contract/agent-variables.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';

/** Props of {@link AgentRuntime.container}. */
export interface ContainerAgentProps {
  /** Image of the agent. */
  readonly image: string;
  /** Program and arguments that replace the entry point of the image. */
  readonly command: readonly string[];
  /**
   * Further arguments.
   *
   * @default none
   */
  readonly args?: readonly string[];
  /**
   * Environment variables. Model endpoint, proxies and `KARS_*` are set by the sandbox and refused here.
   *
   * @default none
   */
  readonly env?: Readonly<Record<string, string>>;
}

/** What runs in the agent container. */
export class AgentRuntime {
  /** An image of your own with an explicit command. */
  static container(props: ContainerAgentProps): AgentRuntime {
    return new AgentRuntime(props);
  }

  /** Image of the agent. */
  readonly image: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Further arguments. */
  readonly args: readonly string[];
  /** Environment variables, sorted by name. */
  readonly env: readonly { readonly name: string; readonly value: string }[];

  private constructor({ image, command, args = [], env = {} }: ContainerAgentProps) {
    this.image = image;
    this.command = command;
    this.args = args;
    this.env = Object.entries(env)
      .map(([name, value]) => ({ name, value }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Everything that a sandbox refuses about this agent. */
  validate(): Problem[] {
    const text = 'got none, supply the program that the container runs';
    return [
      ...(this.command.length === 0
        ? [problem('KARS_COMMAND_MISSING', 'agent.command', text)]
        : []),
      ...this.env
        .filter(({ name }) => isReservedVariable(name))
        .map(({ name }) =>
          problem(
            'KARS_ENV_RESERVED',
            `agent.env.${name}`,
            'got a variable that the sandbox sets itself; supply another name',
          ),
        ),
    ];
  }
}
