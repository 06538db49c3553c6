import { statfs } from 'node:fs/promises';
import { readFile, stat } from 'node:fs/promises';
import { StateFault } from './state-fault.ts';

/**
 * File systems whose locks and writes are those of one kernel, by `f_type`. Others are refused unseen:
 * a network file system lets two nodes write at once, and may forget a lock when a server restarts.
 *
 * @see https://man7.org/linux/man-pages/man2/statfs.2.html
 */
const LOCAL = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'zfs'],
  [0xf2f52010, 'f2fs'],
  [0xca451a4e, 'bcachefs'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
  [0x794c7630, 'overlay'],
]);

/** One number for every file system in user space; those of networks are among them. */
const FUSE = 0x65735546;

/**
 * Refuses a directory on a file system that is not known to be local.
 *
 * @throws StateFault with the file system and those that are accepted.
 */
export async function requireLocalFileSystem(directory: string): Promise<void> {
  // Other systems run tests and trials only, and number their file systems in their own way.
  if (process.platform !== 'linux') return;
  const { type } = await statfs(directory);
  if (LOCAL.has(type)) return;
  const name = type === FUSE ? await mountedType(directory) : `type 0x${type.toString(16)}`;
  // How a guest of Kata sees a volume of its host.
  if (name === 'virtiofs') return;
  const known = [...LOCAL.values(), 'virtiofs'].join(', ');
  throw new StateFault(
    'KARS_STATE_FILE_SYSTEM',
    `${directory} is on a file system of ${name}, supply a volume with one of ${known}`,
  );
}

/** The name of the file system of a directory, from the table of mounts. */
async function mountedType(directory: string): Promise<string> {
  const { dev } = await stat(directory, { bigint: true });
  const device = `${major(dev)}:${minor(dev)}`;
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return mountType(table, device) ?? 'an unknown type in user space';
}

/** The type of what is mounted from `device`, in a table of the form of `/proc/self/mountinfo`. */
export function mountType(table: string, device: string): string | undefined {
  const lines = table.split('\n').map((line) => line.split(' '));
  const found = lines.find((fields) => fields[2] === device);
  return found?.[found.indexOf('-') + 1];
}

/** As `gnu_dev_major` of the C library takes a device number apart. */
const major = (dev: bigint): bigint => ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);

const minor = (dev: bigint): bigint => (dev & 0xffn) | ((dev >> 12n) & ~0xffn & 0xffffffffn);
