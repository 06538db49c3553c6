import { existsSync } from 'node:fs';
import { wheelProgram } from '../wheel.ts';

/** A program of ordinary work: a bash script in an empty directory, and the last line that it prints. */
export interface Program {
  readonly script: string;
  readonly prints: string;
  /** Program that not every machine has, and without which this one is left out. */
  readonly needs?: string;
}

/** A script of Python as a bash command. */
const python = (text: string): string => `/usr/bin/python3 - <<'EOF'\n${text.trim()}\nEOF\n`;

const loopbackServer = `
import http.server, subprocess, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"answered")
    def log_message(self, *arguments): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
print(subprocess.run(["curl", "-sS", "--noproxy", "*", url], capture_output=True, text=True).stdout)
`;

const threads = `
import concurrent.futures, hashlib, multiprocessing, threading
lock, total = threading.Lock(), []
def work(number):
    digest = hashlib.sha256(bytes(200_000)).digest()
    with lock: total.append(digest)
with concurrent.futures.ThreadPoolExecutor(16) as pool: list(pool.map(work, range(64)))
context = multiprocessing.get_context("fork")
queue = context.Queue()
child = context.Process(target=lambda: queue.put(len(total)))
child.start()
print(queue.get(), child.join() or child.exitcode)
`;

const asynchronous = `
import asyncio
async def serve(reader, writer):
    writer.write(await reader.readline()); await writer.drain(); writer.close()
async def ask(port, text):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text + b"\\n")
    return (await reader.read()).strip()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answers = await asyncio.gather(*(ask(port, b"%d" % n) for n in range(20)), asyncio.sleep(0.01))
    child = await asyncio.create_subprocess_exec("tr", "a", "b", stdin=-1, stdout=-1)
    out, _ = await child.communicate(b"a")
    print(len(answers) - 1, out.decode())
asyncio.run(main())
`;

const nodeWork = `
const { readFile, writeFile } = require('node:fs/promises');
const { Worker } = require('node:worker_threads');
const { createServer } = require('node:http');
const { execFileSync } = require('node:child_process');
const { DatabaseSync } = require('node:sqlite');
(async () => {
  await writeFile('a', 'file');
  const worker = new Worker('require("node:worker_threads").parentPort.postMessage("worker")', { eval: true });
  const said = await new Promise((resolve) => worker.once('message', resolve));
  const server = createServer((_, answer) => answer.end('server')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const answer = await (await fetch('http://127.0.0.1:' + server.address().port)).text();
  server.close();
  const database = new DatabaseSync('node.db');
  database.exec('create table t (x); insert into t values (1)');
  const { x } = database.prepare('select x from t').get();
  console.log(await readFile('a', 'utf8'), said, answer, x, execFileSync('echo', ['child']).toString().trim());
})();
`;

/** Work that agents do, without a network. */
export const programs: Readonly<Record<string, Program>> = {
  'node: files, a worker, a server, a database, a child': {
    script: `cat > a.cjs <<'EOF'\n${nodeWork.trim()}\nEOF\nnode a.cjs`,
    prints: 'file worker server 1 child',
  },
  'os.networkInterfaces() of node': {
    script: `node -p 'Object.keys(os.networkInterfaces()).includes("lo")'`,
    prints: 'true',
  },
  'npm install of a packed dependency': {
    script: `
      mkdir part whole
      echo '{"name":"part","version":"1.0.0","main":"index.js"}' > part/package.json
      echo 'module.exports = "installed"' > part/index.js
      (cd part && npm pack --silent --pack-destination ../whole)
      cd whole
      echo '{"name":"whole","version":"1.0.0"}' > package.json
      npm install --offline --no-audit --no-fund --silent ./part-1.0.0.tgz
      node -p 'require("part")'`,
    prints: 'installed',
  },
  'python: a virtual environment and pip': {
    script: `
      ${python(wheelProgram)}
      /usr/bin/python3 -m venv env
      env/bin/pip install --no-index --no-cache-dir --disable-pip-version-check -q ./*.whl
      env/bin/python -c 'import kars_part; print(kars_part.value)'`,
    prints: 'installed',
  },
  'a program with threads and processes': { script: python(threads), prints: '64 0' },
  'a program with asyncio': { script: python(asynchronous), prints: '20 b' },
  'git: commit and clone': {
    script: `
      export GIT_CONFIG_GLOBAL="$PWD/config"
      git config --global user.name agent
      git config --global user.email agent@example.com
      git init -q -b main origin
      echo one > origin/file
      git -C origin add file
      git -C origin commit -q -m first
      git clone -q "file://$PWD/origin" copy
      git -C copy gc -q
      git -C copy log --format=%s`,
    prints: 'first',
  },
  'pipelines of bash': {
    script: `diff <(seq 200 | sort) <(seq 200 | xargs -n 10 -P 4 printf '%s\\n' | sort) && seq 100000 | tee copy | gzip | gunzip | wc -l`,
    prints: '100000',
  },
  'curl to a server on loopback': { script: python(loopbackServer), prints: 'answered' },
  'sqlite with a log and a second connection': {
    script: python(`
import sqlite3
one, two = (sqlite3.connect("base.db") for _ in range(2))
print(one.execute("pragma journal_mode=wal").fetchone())
with one: one.execute("create table t (x)"); one.execute("insert into t values (7)")
print(*two.execute("select x from t").fetchone())`),
    prints: '7',
  },
  'net.Interfaces() of Go': { script: 'interfaces', prints: 'lo' },
  'gcc and a program that it makes': {
    script: `echo 'int puts(const char *); int main(void) { return puts("compiled") < 0; }' > a.c && gcc -O2 -pthread -o a a.c && ./a`,
    prints: 'compiled',
    needs: '/usr/bin/gcc',
  },
};

/** Names of programs that cannot run on this machine. */
export const leftOut = Object.entries(programs)
  .filter(([, { needs }]) => needs !== undefined && !existsSync(needs))
  .map(([name]) => name);
