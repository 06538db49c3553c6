import { fileURLToPath } from 'node:url';
import { loads } from '../driver/load.ts';
import type { Proxy } from './proxy.ts';

const PORT = 3130;

/** A bare proxy in Node.js, below which none in Node.js comes. */
export const floor: Proxy = {
  name: 'bare Node.js',
  port: PORT,
  carries: loads,
  prepare: () => [
    process.execPath,
    fileURLToPath(new URL('../programs/floor.ts', import.meta.url)),
    String(PORT),
  ],
};
