/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* format.js - numbers, money and times in the words of the viewer's locale. */

const cache = new Map();

function formatter(Kind, locale, options) {
    const key = `${Kind.name} ${locale} ${JSON.stringify(options)}`;
    if (!cache.has(key))
        cache.set(key, new Kind(locale, options));
    return cache.get(key);
}

/** @param {number} n */
export const integer = (n, locale) => formatter(Intl.NumberFormat, locale, {}).format(n);

/** @param {number} cents hundredths of the currency, whatever its usual minor unit */
export function money(cents, currency, locale) {
    try {
        return formatter(Intl.NumberFormat, locale, {
            style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: 2,
        }).format(cents / 100);
    } catch {
        return `${(cents / 100).toFixed(2)} ${currency}`;
    }
}

/** @param {number} ratio of 1 */
export const percent = (ratio, digits = 0, locale) => formatter(Intl.NumberFormat, locale, {
    style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits,
}).format(ratio);

/** Hundredths of a percent, without needless decimals. */
export const basisPoints = (bp, locale) => formatter(Intl.NumberFormat, locale, {
    style: 'percent', maximumFractionDigits: 2,
}).format(bp / 10000);

/** A figure in millionths with three decimals. */
export const millionths = (n, digits = 3, locale) => formatter(Intl.NumberFormat, locale, {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
}).format(n / 1e6);

/** @param {number} ms since 1970 */
export const moment = (ms, locale) => formatter(Intl.DateTimeFormat, locale, {
    dateStyle: 'medium', timeStyle: 'medium',
}).format(ms);

/** @param {number} ms since 1970 */
export const day = (ms, locale) => formatter(Intl.DateTimeFormat, locale, { dateStyle: 'medium' }).format(ms);

/** @param {number} ms since 1970 */
export const clock = (ms, locale) => formatter(Intl.DateTimeFormat, locale, { timeStyle: 'medium' }).format(ms);

const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

/** A length of time in its two largest units: "2 days 3 hours". @param {number} seconds */
export function duration(seconds) {
    let left = Math.max(0, Math.floor(seconds));
    const words = [];
    for (const [unit, size] of UNITS) {
        const count = Math.floor(left / size);
        left -= count * size;
        if (count > 0)
            words.push(plural(count, unit));
        if (words.length === 2 || (words.length === 1 && count === 0))
            break;
    }
    return words.join(' ') || '0 seconds';
}

/** Time that a round took: "340 ms", "4.2 s", then as duration(). @param {number} ms */
export function elapsed(ms, locale) {
    if (ms < 1000)
        return `${integer(Math.max(0, ms), locale)} ms`;
    if (ms < 60000)
        return `${formatter(Intl.NumberFormat, locale, { maximumFractionDigits: 1 }).format(ms / 1000)} s`;
    return duration(ms / 1000);
}

/** @param {number} count @param {string} noun */
export function plural(count, noun, nouns = `${noun}s`, locale) {
    return `${integer(count, locale)} ${count === 1 ? noun : nouns}`;
}

/** The names of choices as words: `no_quorum` becomes "no quorum". */
export const words = (name) => String(name ?? '').replace(/_/g, ' ');

/** "Word" for the start of a sentence. */
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {string} hex */
export const short = (hex) => (hex ? `${hex.slice(0, 10)}…` : '');

export const isZero = (hash) => !hash || /^0*$/.test(hash);
