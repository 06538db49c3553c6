import { policies } from '../support.ts';

/** The policies of the tests, under which a translated request is judged again. */
export const inForce = {
  inference: {
    source: { kind: 'InferencePolicy', namespace: 'agents', name: 'models' } as const,
    payload: policies['inference-policy'],
  },
  tools: undefined,
};

/** Their provider. */
export const local = {
  name: 'local',
  endpoint: 'https://models.example.com/v1',
  credential: 'none',
} as const;
