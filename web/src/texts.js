/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* texts.js - words that stand on the log as commitments: fetched once, checked, kept.
 *
 * A text that was erased or is not for the public is `withheld`; one that does not match its commitment is
 * `false`, and its words are not shown. */
import { useEffect, useState } from 'preact/hooks';
import * as api from './api.js';
import { fromBase64, hasCrypto, hmacSha256, toHex, utf8 } from './bytes.js';
import { isZero } from './format.js';
import { textHash } from './derive.js';

const known = new Map();
const listeners = new Set();

/** @param {string} hash @param {{salt: string, text: string}} answer */
export async function matches(hash, answer) {
    return toHex(await hmacSha256(fromBase64(answer.salt), utf8(answer.text))) === hash;
}

async function load(hash) {
    let result;
    try {
        const answer = await api.text(hash);
        const sound = !hasCrypto() || (await matches(hash, answer));
        result = sound ? { state: 'shown', text: answer.text } : { state: 'false', text: '' };
    } catch (error) {
        result = { state: 'withheld', text: '' };
        if (error.status === 0 || error.status >= 500)
            setTimeout(() => known.delete(hash), 5000); // not an answer about the text: ask again later
    }
    known.set(hash, result);
    for (const listener of [...listeners])
        listener();
}

/** @param {string} value a commitment @returns {{state: string, text: string}} */
export function useText(value) {
    const [, redraw] = useState(0);
    const hash = isZero(value) ? null : textHash(value);
    useEffect(() => {
        const listener = () => redraw((n) => n + 1);
        listeners.add(listener);
        return () => listeners.delete(listener);
    }, []);
    if (!hash)
        return { state: 'none', text: '' };
    if (!known.has(hash)) {
        known.set(hash, { state: 'loading', text: '' });
        load(hash);
    }
    return known.get(hash);
}
