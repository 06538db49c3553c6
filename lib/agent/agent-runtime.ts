import type { Duration } from 'cdk8s';
import { isReservedVariable } from '../contract/agent-variables.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
import { COMMAND_MISSING, namesProgram } from './command.ts';
import type { AgentProbe } from './agent-probe.ts';

/** Probes of an agent. */
export interface AgentProbes {
  /**
   * Until it is healthy, no other probe counts.
   *
   * @default the agent counts as started at once
   */
  readonly startup?: AgentProbe;
  /**
   * An agent that is not healthy is restarted.
   *
   * @default it is restarted when it ends
   */
  readonly liveness?: AgentProbe;
  /**
   * Whether the Service of the sandbox sends connections.
   *
   * @default as soon as the agent runs
   */
  readonly readiness?: AgentProbe;
}

/** What runs in the agent container beside the agent, held as the agent is. */
export interface AgentHooks {
  /**
   * Program and arguments at the start of the agent, which is killed when this fails.
   *
   * @default none
   */
  readonly postStart?: readonly string[];
  /**
   * Program and arguments before the agent is asked to end. It cannot send signals to the agent.
   *
   * @default none
   */
  readonly preStop?: readonly string[];
  /**
   * Time to end in, `preStop` included.
   *
   * @default 30 seconds
   */
  readonly terminationGracePeriod?: Duration;
}

/** Props of {@link AgentRuntime.container}. */
export interface ContainerAgentProps {
  /** Image of the agent. */
  readonly image: string;
  /**
   * Program and arguments, in place of the entry point of the image, which nothing sees before the pod
   * runs: `kars images inspect` prints what an image has.
   */
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
  /**
   * How the kubelet finds out how the agent is.
   *
   * @default it is healthy while it runs
   */
  readonly probes?: AgentProbes;
  /**
   * What runs at its start and end.
   *
   * @default nothing
   */
  readonly lifecycle?: AgentHooks;
}

/** What an image can be named; the rest is for the container runtime to find. */
const IMAGE = /^[A-Za-z0-9[]((?!:\/\/)[\w.:/@[\]-])*$/;
const IMAGE_NAME =
  'the name of an image such as "registry.example.com/agent:1", without scheme and spaces';

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

  /** How the kubelet finds out how the agent is. */
  readonly probes: AgentProbes;
  /** What runs at its start and end. */
  readonly lifecycle: AgentHooks;

  private constructor(props: ContainerAgentProps) {
    const { image, command, args = [], env = {}, probes = {}, lifecycle = {} } = props;
    this.probes = probes;
    this.lifecycle = lifecycle;
    this.image = image;
    this.command = command;
    this.args = args;
    this.env = Object.entries(env)
      .map(([name, value]) => ({ name, value }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Everything that a sandbox refuses about this agent. */
  validate(): Problem[] {
    return [
      ...(IMAGE.test(this.image)
        ? []
        : [
            problem('KARS_AGENT_IMAGE', 'agent.image', `got "${this.image}", supply ${IMAGE_NAME}`),
          ]),
      ...(namesProgram(this.command)
        ? []
        : [problem('KARS_COMMAND_MISSING', 'agent.command', COMMAND_MISSING)]),
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
