/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* canonical.js - JSON as the log keeps it: RFC 8785 with whole numbers only.
 *
 * An entry's leaf hash is over these bytes, so an entry shown as JSON can be hashed again. */

/** @param {unknown} value @returns {string} */
export function canonical(value) {
    if (Array.isArray(value))
        return `[${value.map(canonical).join(',')}]`;
    if (value !== null && typeof value === 'object') {
        // The default order of sort() is by UTF-16 code units, as the RFC demands.
        const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
        return `{${members.join(',')}}`;
    }
    if (typeof value === 'number' && !Number.isSafeInteger(value))
        throw new RangeError('a number is not whole or is too large');
    if (value === undefined)
        throw new TypeError('a value is missing');
    return Object.is(value, -0) ? '0' : JSON.stringify(value);
}
