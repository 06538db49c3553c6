import type { IConstruct } from 'constructs';
import { Attachments } from '../../private/attachments.ts';
import type { AdmissionProps } from './admission-props.ts';

const attached = new Attachments<AdmissionProps>();

/** Makes these the roles and floors of every sandbox in `scope`. */
export const attachFloor = (scope: IConstruct, props: AdmissionProps): void =>
  attached.set(scope, props);

/** The roles and floors that apply to `scope`; undefined where no platform says any. */
export const floorOf = (scope: IConstruct): AdmissionProps | undefined => attached.nearest(scope);
