/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* mock.mjs [PORT] - a hub for looking at the page and for its tests: docs/api.md over the fixture, no rules. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fixture } from './fixture.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' };

/** Starts the mock; `faults` may be changed while it runs: {proof: true} serves proofs that do not hold;
 * `withheld` names tables that are for members. */
export async function startMock(port = 0) {
    const fixture = new Fixture();
    const faults = { proof: false, withheld: [] };
    const streams = new Set();

    function api(path, query) {
        const [, area, name] = path.split('/').slice(2);
        if (path === '/api/v1/coop')
            return fixture.coop();
        if (path === '/api/v1/witnesses') {
            const size = fixture.entries.length;
            return {
                quorum: 2, witnessed: size,
                witnesses: ['w1', 'w2', 'w3'].map((name, i) => (i < 2 ? { name, size, time: 1790000000, url: 'http://127.0.0.1:1' }
                    : { name, size: 0, time: 0, trouble: 'cannot be reached', url: 'http://127.0.0.1:1' })),
            };
        }
        if (area === 'state' && fixture.tables[name]) {
            const rows = fixture.tables[name];
            const from = Number(query.get('from') ?? 0);
            return { rows: rows.slice(from, from + Math.min(500, Number(query.get('count') ?? 500))), table: name, total: rows.length };
        }
        if (area === 'motions') {
            const motion = fixture.tables.motion.find((row) => row.id === Number(name));
            const text = (hash) => fixture.texts.get(hash)?.text;
            return motion && { effect: fixture.effects.get(motion.id), motion, reason: text(motion.reason), title: text(motion.title) };
        }
        if (area === 'texts')
            return fixture.texts.get(name);
        if (path === '/api/v1/log/entries') {
            const from = Number(query.get('from'));
            const leaves = fixture.leaves();
            const entries = fixture.entries.slice(from, from + Math.min(256, Number(query.get('count'))));
            return { entries: entries.map((entry, i) => ({ entry, index: from + i, leaf: leaves[from + i].toString('hex') })), size: leaves.length };
        }
        if (path === '/api/v1/log/proof') {
            const proof = fixture.proof(Number(query.get('index')));
            if (faults.proof)
                proof.hashes[0] = proof.hashes[0].replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
            return proof;
        }
        return undefined;
    }

    function events(response) {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        response.write(': hello\n\n');
        response.write(`event: round\ndata: ${JSON.stringify({ answers: 3, of: 4, round: fixture.openRound, stage: 'masked' })}\n\n`);
        streams.add(response);
        response.on('close', () => streams.delete(response));
    }

    const server = createServer(async (request, response) => {
        const url = new URL(request.url, 'http://localhost');
        response.setHeader('content-security-policy', "default-src 'self'");
        const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        if (url.pathname === '/api/v1/events')
            return events(response);
        if (faults.withheld.some((name) => url.pathname === `/api/v1/state/${name}`))
            return json(403, { error: { message: 'the bylaws keep this table for members', status: 403 } });
        if (url.pathname.startsWith('/api/')) {
            const body = api(url.pathname, url.searchParams);
            return body ? json(200, body) : json(404, { error: { message: 'there is no such thing', status: 404 } });
        }
        const file = url.pathname === '/' ? 'index.html' : /^\/assets\/([a-z]+\.[a-z]+)$/.exec(url.pathname)?.[1];
        const bytes = file && await readFile(join(dist, file)).catch(() => null);
        return bytes ? response.writeHead(200, { 'content-type': TYPES[file.split('.')[1]] }).end(bytes)
            : json(404, { error: { message: 'there is no such page', status: 404 } });
    });
    await new Promise((done) => server.listen(port, '127.0.0.1', done));
    return {
        url: `http://127.0.0.1:${server.address().port}/`, fixture, faults,
        /** Tells the pages of an entry. */
        tell(index) {
            const data = JSON.stringify({ index, kind: fixture.entries[index].act.kind, size: fixture.entries.length });
            for (const stream of streams)
                stream.write(`event: entry\ndata: ${data}\n\n`);
        },
        /** Ends the streams of events, as a hub that restarts does. */
        drop() {
            for (const stream of streams)
                stream.end();
        },
        close() {
            server.closeAllConnections();
            return new Promise((done) => server.close(done));
        },
    };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const mock = await startMock(Number(process.argv[2] ?? 8490));
    console.log(mock.url);
}
