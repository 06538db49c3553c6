import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wheelProgram } from '../../wheel.ts';

/** Files of a site, and the keys by which clients know it and it knows them. */
export interface Stage {
  readonly root: string;
  readonly key: string;
  /** Of the site for all its names, and trusted by itself. */
  readonly certificate: string;
  /** Home of the user that clients log in as by SSH. */
  readonly home: string;
  /** What such a client shows and compares. */
  readonly identity: string;
  readonly knownHosts: string;
  readonly hostKey: string;
}

/** Names of the site; what its certificate is for. */
const names = ['site.example', 'denied.example'];

/** Writes everything that the site serves below a directory. */
export function stageSite(directory: string, user: number): Stage {
  const path = (...parts: readonly string[]): string => join(directory, ...parts);
  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  mkdirSync(path('site/git'), { recursive: true });
  mkdirSync(path('home/.ssh'), { recursive: true });
  const stage: Stage = {
    root: path('site'),
    key: path('key.pem'),
    certificate: path('certificate.pem'),
    home: path('home'),
    identity: path('identity'),
    knownHosts: path('known_hosts'),
    hostKey: path('host_key'),
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const alternatives = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
  run('openssl', 'req', '-x509', ...curve, '-subj', '/CN=site', '-addext', alternatives, '-keyout', stage.key, '-out', stage.certificate); // prettier-ignore
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', stage.identity);
  run('chown', `${user}:${user}`, stage.identity);
  writeFileSync(path('home/.ssh/authorized_keys'), readFileSync(`${stage.identity}.pub`));
  run('dropbearkey', '-t', 'ed25519', '-f', stage.hostKey);
  const [, hostKey = ''] =
    /^(ssh-ed25519 \S+)/m.exec(run('dropbearkey', '-y', '-f', stage.hostKey)) ?? [];
  writeFileSync(stage.knownHosts, names.map((name) => `${name} ${hostKey}\n`).join(''));
  stageRepository(run, path('work'), path('site/git/part.git'));
  stagePackages(run, path('site/files'));
  return stage;
}

type Run = (program: string, ...args: readonly string[]) => string;

function stageRepository(run: Run, work: string, bare: string): void {
  const author = ['-c', 'user.name=site', '-c', 'user.email=site@example.com'];
  run('git', 'init', '-q', '-b', 'main', work);
  run('git', '-C', work, ...author, 'commit', '-q', '--allow-empty', '-m', 'a commit of a site');
  run('git', 'clone', '-q', '--bare', work, bare);
}

/** A package for npm and one for pip, each as a registry serves it. */
function stagePackages(run: Run, files: string): void {
  const [npm, pip] = [join(files, 'npm'), join(files, 'pip/kars-part')];
  mkdirSync(join(files, 'package'), { recursive: true });
  mkdirSync(npm);
  mkdirSync(pip, { recursive: true });
  const manifest = { name: 'kars-part', version: '1.0.0' };
  writeFileSync(join(files, 'package/package.json'), JSON.stringify(manifest));
  const archive = join(npm, 'kars-part.tgz');
  run('tar', '-czf', archive, '-C', files, 'package');
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  const tarball = 'https://site.example/files/npm/kars-part.tgz';
  const version = { ...manifest, dist: { tarball, integrity } };
  const document = {
    name: 'kars-part',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': version },
  };
  writeFileSync(join(npm, 'kars-part'), JSON.stringify(document));
  run('/usr/bin/python3', '-c', wheelProgram, pip);
  writeFileSync(join(pip, 'index.html'), `<a href="kars_part-1.0-py3-none-any.whl">kars_part</a>`);
}
