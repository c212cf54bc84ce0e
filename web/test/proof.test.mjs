/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inclusion proofs against the vectors that implementations of RFC 6962 share, and whole entries of a signed log. */
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromHex, toHex } from '../src/bytes.js';
import { canonical } from '../src/canonical.js';
import { climb, leafHash, parseCheckpoint, verifyEntry } from '../src/proof.js';
import { matches } from '../src/texts.js';
import { Fixture } from './fixture.mjs';

globalThis.crypto ??= webcrypto; // Node 18

function rows(name) {
    const lines = readFileSync(new URL(`vectors/${name}.tsv`, import.meta.url), 'utf8').trimEnd().split('\n');
    const heads = lines[0].split('\t');
    return lines.slice(1).map((line) => Object.fromEntries(line.split('\t').map((cell, i) => [heads[i], cell])));
}

const list = (cell) => (cell ? cell.split(',').map((hex) => (hex === '-' ? '' : hex)) : []);

test('leaf hashes of the shared inputs', async () => {
    for (const row of rows('small_leaves'))
        assert.equal(toHex(await leafHash(fromHex(row.entry_hex))), row.leaf_hash_hex);
});

test('every proof of the small trees leads to its root', async () => {
    const leaves = rows('small_leaves').map((row) => fromHex(row.leaf_hash_hex));
    const roots = new Map(rows('small_roots').map((row) => [row.size, Object.values(row)[1]]));
    const cases = rows('small_inclusion');
    assert.equal(cases.length, 36);
    for (const row of cases) {
        const path = await climb(leaves[Number(row.index)], Number(row.index), Number(row.size), list(row.proof_hex_comma));
        assert.equal(path.root, roots.get(row.size), `entry ${row.index} of ${row.size}`);
    }
});

test('proofs that must be accepted and rejected', async () => {
    for (const row of rows('cases_inclusion')) {
        let sound = false;
        try {
            const path = await climb(fromHex(row.leaf_hash_hex.replace('-', '')), Number(row.index), Number(row.size), list(row.proof_hex_comma));
            sound = path.root === row.root_hex && row.leaf_hash_hex.length === 64;
        } catch (error) {
            assert.ok(error instanceof SyntaxError, row.name);
        }
        assert.equal(sound, row.expect === 'accept', row.name);
    }
});

test('canonical JSON', () => {
    for (const row of rows('jcs_cases').filter((each) => each.expect === 'accept')) {
        const text = Buffer.from(row.input_hex, 'hex').toString();
        assert.equal(Buffer.from(canonical(JSON.parse(text))).toString('hex'), row.canonical_hex, row.name);
    }
    assert.throws(() => canonical({ a: 0.5 }), RangeError);
    assert.throws(() => canonical([2 ** 53]), RangeError);
});

test('an entry of a signed log, and every way to lie about it', async () => {
    const fixture = new Fixture();
    const coop = fixture.tables.coop[0];
    const index = 17;
    const entry = fixture.entries[index];
    const failing = async (change, changed = entry, key = coop) => {
        const proof = fixture.proof(index);
        change(proof);
        return (await verifyEntry(changed, proof, key, index)).checks.map((check) => check.ok).indexOf(false);
    };
    assert.equal(await failing(() => {}), -1);
    assert.equal(await failing(() => {}, { ...entry, stamp: entry.stamp + 1 }), 0);
    assert.equal(await failing((proof) => (proof.index += 1)), 0);
    assert.equal(await failing((proof) => (proof.leaf = 'ab'.repeat(32))), 0);
    assert.equal(await failing((proof) => proof.hashes.pop()), 1);
    assert.equal(await failing((proof) => proof.hashes.push('ab'.repeat(32))), 1);
    assert.equal(await failing((proof) => (proof.root = 'ab'.repeat(32))), 1);
    assert.equal(await failing((proof) => (proof.size -= 1)), 2); // the same path, another tree
    assert.equal(await failing((proof) => (proof.size = 2)), 1);
    const other = new Fixture();
    assert.equal(await failing((proof) => (proof.checkpoint = other.proof(1).checkpoint)), 2);
    assert.equal(await failing(() => {}, entry, other.tables.coop[0]), 3);
});

test('an entry that is kept from public view is checked by its hash alone', async () => {
    const fixture = new Fixture();
    const result = await verifyEntry(null, fixture.proof(3), fixture.tables.coop[0], 3);
    assert.deepEqual(result.checks.map((check) => check.ok), [null, true, true, true]);
});

test('checkpoints', () => {
    assert.equal(parseCheckpoint(new Fixture().checkpoint()).origin, 'sheaf/mfrggzdfmztwq2lknnwg23tpoa');
    for (const bad of ['', 'a\n1\nAA==\n', 'a\n01\nAA==\n\n\u2014 a AAAA\n', 'a\n1\nAA==\n\n- a AAAA\n'])
        assert.throws(() => parseCheckpoint(bad), SyntaxError);
});

test('texts against their commitments', async () => {
    const fixture = new Fixture();
    const [hash, answer] = [...fixture.texts][0];
    assert.equal(await matches(hash, answer), true);
    assert.equal(await matches(hash, { ...answer, text: `${answer.text} ` }), false);
});
