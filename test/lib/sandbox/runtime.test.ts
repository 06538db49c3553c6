import { describe, expect, it } from 'vitest';
import { formatProblem, type KarsSandboxSpec } from 'kars-constructs/contract';
import { expandSandbox } from '../../../lib/sandbox/expand.ts';
import { acceptedInput } from '../../support/input.ts';

const problemsOf = (runtime: KarsSandboxSpec['runtime']): string[] =>
  expandSandbox(acceptedInput({ runtime })).problems.map(formatProblem);

const byo = { image: 'registry.example.com/agent:1', contractVersion: 'v1' } as const;

describe('a custom resource that no construct has seen', () => {
  it('is expanded with a command', () => {
    expect(problemsOf({ kind: 'BYO', byo: { ...byo, command: ['/agent'] } })).toEqual([]);
  });

  it.each([undefined, [], ['']])('is refused with the command %j', (command) => {
    const block = command === undefined ? byo : { ...byo, command };
    expect(problemsOf({ kind: 'BYO', byo: block })).toEqual([
      '[KARS_COMMAND_MISSING] spec.runtime.byo.command: got none, supply the program that the container runs; kars images inspect prints that of an image',
    ]);
  });

  it('is refused with a kind of runtime that is not run', () => {
    expect(problemsOf({ kind: 'LangGraph', langGraph: {} })).toEqual([
      '[KARS_RUNTIME_KIND] spec.runtime.kind: got LangGraph, this release runs BYO: an image and its command',
    ]);
  });
});
