import { runProgram } from '../../measured/driver.ts';
import { loadNames } from '../driver/load.ts';
import { upstreamUrl } from '../upstream/program.ts';
import type { Gateway } from './gateway.ts';

const bare = (name: string, program: string, port: number): Gateway => ({
  name,
  port,
  carries: loadNames,
  headers: {},
  prepare: () =>
    runProgram(new URL(`../programs/${program}`, import.meta.url), String(port), upstreamUrl),
});

/** A bare gateway in Node.js, below which none in Node.js comes. */
export const floor = bare('node:http', 'floor.ts', 8500);

/** The framework and the client that the router has as well, and nothing else of it. */
export const bareFastify = bare('fastify', 'fastify.ts', 8501);
