import { LAUNCH_DOCUMENT_VERSION, type LaunchDocument } from '../../contract/launch-document.ts';
import { processes } from '../../contract/process.ts';
import { launcherFilter } from '../seccomp/launcher-filter.ts';

/** What a sandbox says about the restrictions of its agent. */
export interface LaunchInput {
  readonly isolation: 'standard' | 'enhanced' | 'confidential';
  /** Directories that the agent may write to. */
  readonly writable: readonly string[];
  /** `Sidecars`: the agent can connect to the ports of its sidecars and nothing else, loopback included. */
  readonly connectPorts: 'Any' | 'Sidecars';
  /** Lowest ABI version of Landlock. */
  readonly minLandlockAbi: number;
}

/**
 * Open files of one process: sixteen times the connections that the egress proxy takes at once, and less than any
 * node gives a container, so that the limit is in force on each.
 */
export const OPEN_FILES = 16_384;

/** Service variables of Kubernetes tell the agent of an API server that it cannot reach. */
const REMOVED_VARIABLES = ['KUBERNETES_'];

/** The launch document of a sandbox. */
export function launchDocumentFor(input: LaunchInput): LaunchDocument {
  const { isolation, writable, connectPorts, minLandlockAbi } = input;
  return {
    version: LAUNCH_DOCUMENT_VERSION,
    // A core file holds what the process knew.
    limits: { core: 0, nofile: OPEN_FILES },
    umask: 0o077,
    environment: { removePrefixes: REMOVED_VARIABLES },
    landlock: {
      required: isolation !== 'standard',
      minAbi: minLandlockAbi,
      readable: ['/'],
      writable: [...writable, '/dev/shm'],
      ...(connectPorts === 'Any' ? {} : { connectPorts: sidecarPorts() }),
    },
    seccomp: launcherFilter(),
  };
}

const sidecarPorts = (): number[] => Object.values(processes).map(({ agentPort }) => agentPort);
