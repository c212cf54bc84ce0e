/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* build.mjs [DIR] - writes the page into DIR (default dist/): index.html, app.js, app.css, favicon.svg.
 *
 * The hub serves index.html at `/` and the rest under `/assets/`. Nothing in it refers to another host. */
import { build } from 'esbuild';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, 'dist'));

await mkdir(out, { recursive: true });
await build({
    entryPoints: { app: join(here, 'src/main.jsx') },
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2021'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    banner: { js: '/*! Sheaf, AGPL-3.0-or-later; with Preact and uPlot, MIT */' },
    legalComments: 'inline',
    outdir: out,
    logLevel: 'warning',
});
for (const name of ['index.html', 'favicon.svg'])
    await copyFile(join(here, 'src', name), join(out, name));
