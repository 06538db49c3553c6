export { postureProblems } from './posture.ts';
export { synthesize } from './synthesized-app.ts';
export type { SynthesizedApp, SynthesizedObject } from './synthesized-app.ts';
