/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* bytes.js - hex, base64 and hashes over Uint8Array. */

/** @param {string} hex */
export function fromHex(hex) {
    if (typeof hex !== 'string' || hex.length % 2 || /[^0-9a-f]/.test(hex))
        throw new SyntaxError('not lower-case hex');
    return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Accepts base64 and base64url, padded or not. @param {string} text */
export function fromBase64(text) {
    const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, ''));
    return Uint8Array.from(raw, (char) => char.charCodeAt(0));
}

/** @param {...Uint8Array} parts */
export function concat(...parts) {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        out.set(part, at);
        at += part.length;
    }
    return out;
}

/** @param {string} text */
export const utf8 = (text) => new TextEncoder().encode(text);

/** Browsers offer their cryptography only over https and on localhost. */
export const hasCrypto = () => Boolean(globalThis.crypto?.subtle);

/** @param {Uint8Array} bytes */
export async function sha256(bytes) {
    return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** @param {Uint8Array} key @param {Uint8Array} bytes */
export async function hmacSha256(key, bytes) {
    const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', imported, bytes));
}

/** True or false, or null where the browser has no Ed25519.
 * @param {Uint8Array} publicKey @param {Uint8Array} signature @param {Uint8Array} message */
export async function ed25519Verify(publicKey, signature, message) {
    let key;
    try {
        key = await crypto.subtle.importKey('raw', publicKey, { name: 'Ed25519' }, false, ['verify']);
    } catch {
        return null;
    }
    return crypto.subtle.verify({ name: 'Ed25519' }, key, signature, message);
}
