import { afterEach, expect, it, vi } from 'vitest';
import { AuditLog } from '../../../runtime/audit/audit-log.ts';
import { signingKey } from '../../../runtime/audit/signing-key.ts';
import { deniedModel } from '../../support/audit.ts';
import { temporaryDirectory } from '../../support/documents.ts';

const MINUTE = 60_000;

afterEach(() => {
  vi.useRealTimers();
});

it('takes records after a minute in which nothing was written', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const directory = temporaryDirectory();
  const log = await AuditLog.open(directory, {}, await signingKey(directory));
  vi.advanceTimersByTime(MINUTE);
  expect(await log.append(deniedModel)).toMatchObject({ seq: 0 });
  vi.advanceTimersByTime(MINUTE);
  await log.append(deniedModel);
  vi.advanceTimersByTime(MINUTE);
  expect(await log.append(deniedModel)).toMatchObject({ surface: deniedModel.surface });
  await log.close();
});

it('leaves no timer behind when it cannot be opened', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const directory = temporaryDirectory();
  const opened = AuditLog.open(directory, { bytes: 1 }, await signingKey(directory));
  await expect(opened).rejects.toMatchObject({ code: 'KARS_AUDIT_FULL' });
  expect(vi.getTimerCount()).toBe(0);
});
