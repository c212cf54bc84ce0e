/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* proof.js - inclusion proofs of the log, as RFC 6962 section 2.1 and C2SP checkpoints define them.
 *
 * Nothing here trusts what the hub says about a proof: hashes are recomputed from the entry upward. */
import { concat, ed25519Verify, fromBase64, fromHex, sha256, toHex, utf8 } from './bytes.js';
import { canonical } from './canonical.js';

const PROOF_MAX = 63; // hashes; a tree of 2^63 leaves needs no more

/** @param {Uint8Array} bytes */
export const leafHash = (bytes) => sha256(concat(Uint8Array.of(0), bytes));

/** @param {Uint8Array} left @param {Uint8Array} right */
export const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

const half = (n) => Math.floor(n / 2); // shifts would cut numbers to 32 bits
const odd = (n) => n % 2 === 1;

function proofHash(hex) {
    const bytes = fromHex(hex);
    if (bytes.length !== 32)
        throw new SyntaxError('a hash of the proof is not 32 bytes long');
    return bytes;
}

/** Climbs from a leaf to the root.
 * @param {Uint8Array} leaf @param {number} index @param {number} size @param {string[]} hashes
 * @returns {Promise<{root: string|null, steps: {side: 'left'|'right', sibling: string, result: string}[],
 *   fault: string|null}>} `root` is null and `fault` says why where the proof has the wrong length. */
export async function climb(leaf, index, size, hashes) {
    const steps = [];
    const fault = (why) => ({ root: null, steps, fault: why });
    if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size)
        return fault('the entry is not in a tree of this size');
    if (hashes.length > PROOF_MAX)
        return fault('the proof is too long');
    let hash = leaf;
    let fn = index;
    let sn = size - 1;
    for (const hex of hashes) {
        if (sn === 0)
            return fault('the proof has too many hashes');
        const sibling = proofHash(hex);
        if (odd(fn) || fn === sn) {
            hash = await nodeHash(sibling, hash);
            while (!odd(fn) && fn !== 0) {
                fn = half(fn);
                sn = half(sn);
            }
            steps.push({ side: 'left', sibling: hex, result: toHex(hash) });
        } else {
            hash = await nodeHash(hash, sibling);
            steps.push({ side: 'right', sibling: hex, result: toHex(hash) });
        }
        fn = half(fn);
        sn = half(sn);
    }
    if (sn !== 0)
        return fault('the proof has too few hashes');
    return { root: toHex(hash), steps, fault: null };
}

/** Reads a checkpoint: a signed note of origin, size and root.
 * @param {string} note */
export function parseCheckpoint(note) {
    const split = note.lastIndexOf('\n\n');
    if (split < 0)
        throw new SyntaxError('the checkpoint has no signatures');
    const text = note.slice(0, split + 1);
    const [origin, size, root] = text.split('\n');
    if (!origin || !/^(0|[1-9][0-9]{0,15})$/.test(size ?? '') || !root)
        throw new SyntaxError('the checkpoint is not in the form origin, size, root');
    const signatures = note.slice(split + 2).split('\n').filter(Boolean).map((line) => {
        const match = /^\u2014 (\S+) (\S+)$/.exec(line);
        if (!match)
            throw new SyntaxError('a signature line of the checkpoint is malformed');
        const bytes = fromBase64(match[2]);
        return { name: match[1], id: toHex(bytes.slice(0, 4)), signature: bytes.slice(4) };
    });
    return { text, origin, size: Number(size), root: toHex(fromBase64(root)), signatures };
}

/** True, false, or null where the browser has no Ed25519.
 * @param {ReturnType<typeof parseCheckpoint>} checkpoint @param {string} origin @param {Uint8Array} logKey */
export async function checkpointSigned(checkpoint, origin, logKey) {
    const hash = await sha256(concat(utf8(`${origin}\n`), Uint8Array.of(1), logKey));
    const id = toHex(hash.slice(0, 4));
    const own = checkpoint.signatures.filter((line) => line.name === origin && line.id === id);
    if (checkpoint.origin !== origin || own.length !== 1 || own[0].signature.length !== 64)
        return false;
    return ed25519Verify(logKey, own[0].signature, utf8(checkpoint.text));
}

/** Everything that can be checked about one entry.
 * @param {object} entry the entry as JSON, or null where only its hash is public
 * @param {{index: number, leaf: string, hashes: string[], root: string, size: number, checkpoint: string}} proof
 * @param {{origin: string, log_key: string}} coop
 * @param {number} index which entry it is said to be */
export async function verifyEntry(entry, proof, coop, index) {
    const checks = [];
    const add = (ok, text) => checks.push({ ok, text });
    let leaf = proofHash(proof.leaf);
    if (entry) {
        leaf = await leafHash(utf8(canonical(entry)));
        const same = toHex(leaf) === proof.leaf && proof.index === index;
        add(same, same ? 'The entry hashes to its leaf.' : 'The entry shown is not the one in the proof.');
    } else {
        add(null, 'The entry is kept from public view; its leaf hash is all that can be checked.');
    }
    const path = await climb(leaf, index, proof.size, proof.hashes);
    const reached = path.root !== null && path.root === proof.root;
    add(reached, reached ? `${path.steps.length} hashes lead from the leaf to the root.`
        : `The path does not lead to the root${path.fault ? `: ${path.fault}` : ''}.`);
    const checkpoint = parseCheckpoint(proof.checkpoint);
    const named = checkpoint.root === path.root && checkpoint.size === proof.size;
    add(named, named ? `It is the root that the checkpoint of ${checkpoint.size} entries names.`
        : 'The checkpoint names another root.');
    const signed = await checkpointSigned(checkpoint, coop.origin, fromBase64(coop.log_key));
    add(signed, signed === null ? 'This browser cannot check the signature of the checkpoint (no Ed25519).'
        : signed ? 'The checkpoint is signed with the log’s key.'
            : 'The checkpoint is not signed with the log’s key.');
    return { ok: checks.every((check) => check.ok !== false), checks, steps: path.steps, leaf: toHex(leaf), root: path.root };
}
