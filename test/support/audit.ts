/** What a process says of a model that its policy does not list. */
export const deniedModel = {
  sandbox: 'reader',
  process: 'router' as const,
  set: 'none',
  surface: 'chat',
  target: 'small',
  decision: 'deny' as const,
  code: 'KARS_MODEL_NOT_ALLOWED',
  rule: 'InferencePolicy agents/models',
  reason: 'not listed',
};
