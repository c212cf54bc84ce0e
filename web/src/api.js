/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* api.js - what the page asks the hub for. Paths are relative to the page's own host, never another. */

const PAGE = 500; // rows; the most that the hub gives at a time
const PAGES_MAX = 40; // a table longer than 20,000 rows is shown in part

export class ApiError extends Error {
    /** @param {string} message @param {number} status 0 where no answer came */
    constructor(message, status) {
        super(message);
        this.status = status;
    }
}

/** @param {string} path @returns {Promise<any>} */
export async function get(path) {
    let answer;
    try {
        answer = await fetch(`/api/v1/${path}`, { headers: { accept: 'application/json' }, cache: 'no-cache' });
    } catch {
        throw new ApiError('the hub does not answer', 0);
    }
    const body = await answer.json().catch(() => null);
    if (!answer.ok)
        throw new ApiError(body?.error?.message ?? `the hub answered with status ${answer.status}`, answer.status);
    if (body === null)
        throw new ApiError('the hub’s answer is not JSON', answer.status);
    return body;
}

export const coop = () => get('coop');
export const witnesses = () => get('witnesses');
export const motion = (id) => get(`motions/${id}`);
export const text = (commitment) => get(`texts/${commitment}`);
export const entries = (from, count) => get(`log/entries?from=${from}&count=${count}`);
export const proof = (index) => get(`log/proof?index=${index}`);

/** All rows of a table, or null where the bylaws keep it for members. @param {string} name */
export async function table(name) {
    const rows = [];
    for (let page = 0; page < PAGES_MAX; page++) {
        let part;
        try {
            part = await get(`state/${name}?from=${rows.length}&count=${PAGE}`);
        } catch (error) {
            if (error.status === 403)
                return null;
            throw error;
        }
        rows.push(...part.rows);
        if (part.rows.length === 0 || rows.length >= part.total)
            break;
    }
    return rows;
}
