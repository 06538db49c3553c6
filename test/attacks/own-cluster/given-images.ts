import { KarsImages } from 'kars-constructs';
import { CommandError } from '../../../runtime/cli/exit-codes.ts';
import type { GivenImages } from './in-pod-objects.ts';

/** What a command line says about images. */
interface Said {
  readonly 'agent-image'?: string | undefined;
  readonly images?: string | undefined;
  readonly registry?: string | undefined;
}

/**
 * The images of sandboxes that are made for attacks; undefined where none are asked for.
 *
 * @throws CommandError when some are missing.
 */
export function givenImages({
  'agent-image': agent,
  images,
  registry,
}: Said): GivenImages | undefined {
  if (agent === undefined && images === undefined && registry === undefined) return undefined;
  if (agent === undefined || images === undefined) {
    throw new CommandError(
      'usage',
      'supply --agent-image, an image with python3, and --images, the list that npm run images wrote, together',
    );
  }
  if (!agent.includes('/')) {
    throw new CommandError(
      'usage',
      `got the agent image ${agent}, supply it with its registry, such as docker.io/library/python:3.12`,
    );
  }
  const sidecars = KarsImages.fromFile(images, registry === undefined ? {} : { registry });
  return { sidecars, agent };
}
