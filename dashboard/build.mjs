// What the build and the tests run, with the packages that lie elsewhere:
//
//   node build.mjs embed ROOT PACKAGES WORK OUT.cc   checks the types, builds the page in WORK, writes it as C++
//   node build.mjs test ROOT PACKAGES WORK           checks the types, runs the unit tests
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

const [task, root, packages, work, out] = process.argv.slice(2);
const TYPES = {
  '.html': 'text/html; charset=UTF-8',
  '.js': 'text/javascript; charset=UTF-8',
  '.css': 'text/css; charset=UTF-8',
  '.svg': 'image/svg+xml',
};

function run(program, ...args) {
  execFileSync(process.execPath, [join(packages, program), ...args], { cwd: work, stdio: ['ignore', 'pipe', 'inherit'] });
}

function prepare() {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const skipped = new Set(['node_modules', 'dist', 'CMakeLists.txt', 'schema.d.ts']);
  cpSync(join(root, 'dashboard'), work, { recursive: true, filter: (path) => !skipped.has(path.split('/').pop()) });
  symlinkSync(packages, join(work, 'node_modules'));
  run('openapi-typescript/bin/cli.js', join(root, 'docs/openapi.yaml'), '-o', 'src/api/schema.d.ts');
  try {
    run('typescript/bin/tsc', '--noEmit');
  } catch (error) {
    process.stderr.write(error.stdout ?? '');
    throw error;
  }
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

// Octal escapes have at most three digits, so that no digit behind one is taken for its own.
function literal(bytes) {
  let text = '';
  for (const byte of bytes) text += '\\' + byte.toString(8).padStart(3, '0');
  return `"${text.replace(/(.{4000})/g, '$1"\n    "')}"`;
}

function embed() {
  const dist = join(work, 'dist');
  const entries = filesBelow(dist).sort().map((file) => {
    const bytes = readFileSync(file);
    const gzip = gzipSync(bytes, { level: 9 });
    const type = TYPES[extname(file)];
    if (!type) throw new Error(`${file}: its content type is not in build.mjs`);
    const path = '/' + relative(dist, file);
    const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    return `    {"${path}", "${type}",\n     std::string_view(${literal(gzip)}, ${gzip.length}),\n     "\\"${etag}\\"", ${path.startsWith('/assets/')}},\n`;
  });
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `// Made by dashboard/build.mjs.
#include "dashboard/dashboard_files.h"

namespace weir {
const std::vector<HttpFile>& DashboardFiles() {
  static const std::vector<HttpFile> files = {
${entries.join('')}  };
  return files;
}
}  // namespace weir
`);
}

prepare();
if (task === 'embed') {
  run('vite/bin/vite.js', 'build', '--logLevel', 'warn');
  embed();
} else {
  execFileSync(process.execPath, [join(packages, 'vitest/vitest.mjs'), 'run'], { cwd: work, stdio: 'inherit' });
}
