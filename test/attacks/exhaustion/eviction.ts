import type { Pod } from 'kubernetes-types/core/v1.js';
import type { ApplicableObject } from '../../cluster/client.ts';
import { manifestOf } from '../layers.ts';

/** Longest time between two looks of the kubelet at what pods use, and what an eviction takes. */
export const EVICTION_SECONDS = 120;

/** True once the kubelet has ended a pod that uses more than it may. */
export const isEvicted = ({ status }: Pod): boolean =>
  status?.phase === 'Failed' && status.reason === 'Evicted';

/** Without a bound on any directory, or on the disk of a container. */
export function withoutLimits(objects: readonly ApplicableObject[]): readonly ApplicableObject[] {
  const manifest = manifestOf(objects);
  for (const volume of manifest.pod.volumes ?? []) {
    if (volume.emptyDir !== undefined) volume.emptyDir = {};
  }
  for (const container of [manifest.agent, ...(manifest.pod.initContainers ?? [])]) {
    delete container.resources?.limits?.['ephemeral-storage'];
  }
  return manifest.objects;
}
