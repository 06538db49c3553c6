import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { SignerFlags } from '../policy/signer-flags.ts';
import { CommandError } from '../exit-codes.ts';
import type { Output } from '../output.ts';

interface JsonFlag {
  readonly json?: boolean;
}

interface RegistryFlags extends JsonFlag {
  readonly plainHttp?: boolean;
}

interface PullFlags extends RegistryFlags, SignerFlags {
  readonly out: string;
}

interface VerifyFlags extends JsonFlag, SignerFlags {
  readonly repository: string;
}

/** `kars policy`: allow-lists that are published and signed. */
export function addPolicy(program: Command, output: Output): void {
  const policy = program
    .command('policy')
    .description('publish, fetch and verify signed allow-lists');
  const json = (command: Command): Command => command.option('--json', 'print the result as JSON');
  const registry = (command: Command): Command =>
    json(command).option('--plain-http', 'no TLS, for a registry on this machine');
  const signers = (command: Command): Command =>
    command
      .option('--key <file...>', 'public keys that may have signed it, such as cosign.pub')
      .option('--issuer <url>', 'issuer of the tokens of --subject')
      .option('--subject <name...>', 'subjects of certificates that may have signed it')
      .option('--trusted-root <file>', 'trusted_root.json of Sigstore, for --subject');

  json(
    policy
      .command('bump')
      .description('give a policy file the next generation')
      .argument('<file>', 'policy file in YAML or JSON'),
  ).action(async (file: string, flags: JsonFlag) => {
    const { bumped } = await import('../policy/policy-source.ts');
    const { text, generation } = bumped(file, readText(file));
    writeFileSync(file, text);
    show(output, flags, { file, generation }, `${file} has generation ${generation}`);
  });

  registry(
    policy
      .command('push')
      .description('push a policy file to its repository, to be signed there')
      .argument('<file>', 'policy file in YAML or JSON'),
  ).action(async (file: string, flags: RegistryFlags) => {
    const { push } = await import('../policy/run.ts');
    const reference = await push(file, readText(file), flags);
    output.progress(`sign it with: cosign sign ${reference}`);
    show(output, flags, { reference }, reference);
  });

  registry(
    signers(
      policy
        .command('pull')
        .description('fetch a signed list, verify it, and write it into a file for SignedAllowlist')
        .argument('<reference>', 'REPOSITORY@sha256:DIGEST'),
    ).requiredOption('--out <file>', 'where it is written'),
  ).action(async (reference: string, flags: PullFlags) => {
    const { pull } = await import('../policy/run.ts');
    const { text, ...pulled } = await pull(reference, flags);
    writeFileSync(flags.out, text);
    show(output, flags, { file: flags.out, ...pulled }, `${flags.out}: ${said(pulled)}`);
  });

  json(
    signers(
      policy
        .command('verify')
        .description('verify a file that pull wrote, offline')
        .argument('<file>', 'file that pull wrote'),
    ).requiredOption('--repository <name>', 'where the list has to come from'),
  ).action(async (file: string, flags: VerifyFlags) => {
    const { verifyFile } = await import('../policy/run.ts');
    const verified = verifyFile(file, readText(file), flags.repository, flags);
    show(output, flags, { file, ...verified }, `${file}: ${said(verified)}`);
  });
}

const said = ({
  generation,
  signer,
}: {
  readonly generation: number;
  readonly signer: string;
}): string => `generation ${generation}, signed by ${signer}`;

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError('usage', error instanceof Error ? error.message : String(error));
  }
}

const show = (output: Output, { json = false }: JsonFlag, result: unknown, text: string): void =>
  output.print(json ? JSON.stringify(result, null, 2) : text);
