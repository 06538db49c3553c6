import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { inspectImages, type InspectedImage } from '../images/inspect.ts';
import type { Output } from '../output.ts';
import { formatTable } from '../table.ts';

/** `kars images inspect`: what an image runs, for the command that an agent needs. */
export function addImages(program: Command, output: Output): void {
  program
    .command('images')
    .description('work with images of agents')
    .command('inspect')
    .description('show what an image on disk has, and the command to write for an agent')
    .argument('<file>', 'OCI archive, OCI layout, or what docker save writes')
    .option('--json', 'print the images as JSON')
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      const images = await inspectImages(file);
      output.print(json ? JSON.stringify(images, null, 2) : images.map(formatImage).join('\n\n'));
      const runnable = images.length > 0 && images.every(({ command }) => command.length > 0);
      process.exitCode = runnable ? exitCodes.ok : exitCodes.failed;
    });
}

function formatImage(image: InspectedImage): string {
  const { name, digest, platform, entrypoint, cmd, user, env, workingDirectory } = image;
  const list = (items: readonly string[]): string =>
    items.length === 0 ? 'none' : JSON.stringify(items);
  const table = formatTable([
    ['image', name === '' ? 'without a name' : name],
    ...(digest === undefined ? [] : [['digest', digest]]),
    ['platform', platform],
    ['entry point', list(entrypoint)],
    ['cmd', list(cmd)],
    ['user', user === '' ? 'none: root' : user],
    ['working directory', workingDirectory === '' ? '/' : workingDirectory],
    ...(env.length === 0 ? [['env', 'none']] : env.map((variable) => ['env', variable])),
    ['size', `${(image.bytes / 1e6).toFixed(1)} MB in ${image.layers} layers, as stored`],
  ]);
  const advice =
    image.command.length === 0
      ? 'The image names no program: write the command yourself.'
      : `AgentRuntime.container({ image: '…', command: ${JSON.stringify(image.command)} })`;
  return `${table}\n\n${advice}`;
}
