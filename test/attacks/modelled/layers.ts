/** Layers that cannot run on the node of the tests, and the models that are asked instead. */
export const modelledLayers = {
  'network-policies': { title: 'NetworkPolicies', model: 'cyclonus' },
  'own-kernel': { title: "kernel of its own (`isolation: 'confidential'`)", model: 'gVisor' },
  'own-users': {
    title: 'users of its own (`hostUsers: false`)',
    model: 'a user namespace without a container',
  },
} as const;

/** Name of a layer that is modelled. */
export type ModelledLayer = keyof typeof modelledLayers;
