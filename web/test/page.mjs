/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* page.mjs [URL] - drives the page in headless Chromium and checks what a visitor sees.
 *
 * With a URL: a hub that serves a co-op with members, decided motions, rounds and a ledger. Without: the mock,
 * where erasure, live updates, a lost connection and a false proof are checked as well.
 * SCREENSHOTS=DIR keeps pictures; CHROMIUM names the browser. Prints one line a check, exits 1 if one fails. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startMock } from './mock.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];
const shots = process.env.SCREENSHOTS;
const mock = process.argv[2] ? null : await startMock();
const url = process.argv[2] ?? mock.url;
const host = new URL(url).host;
let passed = 0;
let failed = 0;

async function check(name, run) {
    try {
        const found = await run();
        if (found === false)
            throw new Error('not so');
        passed++;
        console.log(`ok ${name}`);
    } catch (error) {
        failed++;
        console.log(`not ok ${name}: ${String(error.message).split('\n')[0]}`);
    }
}

if (shots)
    await mkdir(shots, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, headless: true });

/** Opens the page; everything it says on the console or asks of other hosts is kept. */
async function visit(options) {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(30000); // of two cores beside other work
    const seen = { errors: [], outside: [] };
    page.on('console', (message) => {
        // A text that was erased is a 404 by design; the browser reports each on the console.
        if (message.type() === 'error' && !message.location().url.includes('/api/v1/texts/')
            && !(mock?.faults.withheld.length && message.location().url.includes('/api/v1/state/')))
            seen.errors.push(message.text());
    });
    page.on('pageerror', (error) => seen.errors.push(error.message));
    page.on('request', (request) => {
        if (new URL(request.url()).host !== host && !request.url().startsWith('data:'))
            seen.outside.push(request.url());
    });
    await page.goto(url);
    await page.waitForSelector(mock?.faults.withheld.length ? '#members [data-withheld]' : '#members tbody tr');
    await page.waitForFunction(() => !document.querySelector('main [aria-busy]'));
    return { page, seen, context };
}

const picture = async (page, name) => shots && (await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' })), page.screenshot({ path: join(shots, `${name}.png`), fullPage: true }));

/** Whether a canvas has pixels of more than one colour. */
/* Two charts; under noise nobody knows a loss, and with one evaluation there is no curve. */
const drawn = (page) => page.evaluate(() => [...document.querySelectorAll('#rounds canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 2;
})).then((charts) => charts.length >= (mock ? 2 : 0) && charts.every(Boolean));

const { page, seen, context } = await visit({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
const texts = (selector) => page.locator(selector).allInnerTexts();

await check('the title names the co-op', async () => / · Sheaf$/.test(await page.title()));
await check('the co-op says what it is for', async () => (await page.locator('.purpose').innerText()).length > 10);
await check('the co-op says who witnesses its log', async () => (mock
    ? /2 of 3 must cosign; [\d,]+ of [\d,]+ entries witnessed; trouble with w3/ : /Witnesses\s+\S/).test(await page.locator('#co-op').innerText()));
await check('figures by group stand beside those of all', async () => !mock
    || /Where sex is 0: 53 records, [\d.]+\s?% accuracy, AUC 0.85[\d]*\.\s+Where sex is 1: 156 records.*\s+Where sex is 2: not told, since there is none, or fewer than five of a level of the column\./
        .test(await page.locator('#models').innerText()));
await check('members are listed by name', async () => {
    const names = await texts('#members tbody th');
    return names.length >= 3 && names.slice(0, 3).every((name) => /[A-Za-z]{3}/.test(name) && !/^member \d/.test(name));
});
await check('a motion shows its tally', async () => {
    if (await page.locator('#motions .card').count() === 0)
        await page.locator('#motions .list summary').first().click();
    const bar = page.locator('#motions .tally').first();
    await bar.waitFor();
    return /votes? for, .* against, .* quorum/.test(await bar.getAttribute('aria-label')) && await page.locator('#motions .part.yes').first().evaluate((part) => part.offsetWidth > 0);
});
await check('a decided motion tells its effect', async () => {
    const details = page.locator('#motions .list details').last();
    if (!(await details.evaluate((node) => node.open)))
        await details.locator('summary').first().click();
    await details.locator('.effect h4').first().waitFor();
});
if (mock) {
    await check('a motion tells what members argue', async () => {
        const all = await texts('#motions .arguments li');
        return all.length === 3 && /^University Hospital Zürich: against #\d+\s+Small practices/.test(all[0])
            && /^Cleveland Clinic: for #\d+, answering University Hospital Zürich #\d+\s+Two thirds/.test(all[1]) && /^Hungarian Institute of Cardiology: on neither side #/.test(all[2]);
    });
    await check('and how to argue, while it is open', async () => /sheaf argument give --matter \d+ /.test((await texts('#motions .card')).join())
        && (await texts('#motions .card')).join().includes('Nobody has argued on it yet.'));
    await check('what is suspended is said to be', async () => {
        const held = page.locator('#motions .list details', { hasText: 'Share another' });
        const badge = await held.locator('.badge').innerText();
        await held.locator('summary').first().click();
        await held.locator('.inside').waitFor();
        const inside = await held.locator('.inside').innerText();
        return badge === 'adopted, suspended' && /its effect is held and suspended,\s+by #\d+/.test(inside) && inside.includes('Nobody has argued on it.');
    });
}
await check('a motion without a reason quotes nothing', async () => !(await texts('#motions blockquote')).includes('–'));
await check('mandates show limits and usage', async () => /\d+ of [\d,]+ rounds? used/.test((await texts('#mandates .usage')).join()));
await check('the charts are drawn', () => drawn(page));
await check('rounds are listed', async () => await page.locator('#rounds table').last().locator('tbody tr').count() > 0);
await check('a model shows figures and price', async () => /accuracy[^]*Price/.test((await texts('#models .card')).join()));
await check('data sets and consents are listed', async () => await page.locator('#data tbody tr').count() >= 4);
await check('the ledger balances', async () => (await texts('#ledger tfoot')).join().includes('balanced') && !(await texts('#ledger tfoot')).join().includes('does not'));
await check('the connection is live', () => page.waitForSelector('#status.good'));
await check('an entry opens and its proof holds', async () => {
    await page.locator('#log .line').nth(2).click();
    await page.waitForSelector('.proof[data-proof=ok]');
    const lines = await texts('.proof .checks li');
    return lines.length === 4 && lines[0].includes('hashes to its leaf') && (await page.locator('.entry pre').innerText()).includes('"sig"');
});
await check('a reference opens its entry', async () => {
    await page.locator('#members tbody .ref').first().click();
    await page.waitForSelector('#entry-0 .proof[data-proof=ok]');
});
await picture(page, 'desktop-light');

if (mock) {
    await check('an erased name is withheld', async () => (await texts('#members .withheld')).length === 1);
    await check('what is entered appears by itself', async () => {
        mock.fixture.round('train');
        mock.tell(mock.fixture.entries.length - 5);
        await page.waitForFunction((size) => document.querySelector('.figures').innerText.includes(size), String(mock.fixture.entries.length));
    });
    await check('a false proof is called false', async () => {
        mock.faults.proof = true;
        await page.locator('.proof button').click();
        await page.waitForSelector('.proof[data-proof=failed]');
        mock.faults.proof = false;
    });
    await check('a lost connection is said and mended', async () => {
        mock.drop();
        await page.waitForSelector('#status.wait');
        await page.waitForSelector('#status.good');
    });
}
await check('nothing on the console', () => {
    if (seen.errors.length)
        throw new Error(seen.errors[0]);
});
await check('no request leaves the hub', () => {
    if (seen.outside.length)
        throw new Error(seen.outside[0]);
});
await context.close();

for (const [name, width, colorScheme] of [['desktop-dark', 1280, 'dark'], ['phone-light', 380, 'light'], ['phone-dark', 360, 'dark']]) {
    const other = await visit({ viewport: { width, height: 800 }, colorScheme });
    await check(`${name}: nothing is wider than the screen`, () => other.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await check(`${name}: the charts are drawn`, () => drawn(other.page));
    await other.page.locator('#log .line').first().click();
    await other.page.waitForSelector('.proof[data-proof=ok]').catch(() => {});
    await picture(other.page, name);
    await other.context.close();
}
if (mock) {
    mock.faults.withheld = ['member', 'key', 'motion', 'ballot', 'dataset', 'consent', 'account'];
    const outside = await visit({ viewport: { width: 1280, height: 900 } });
    await check('what is for members is said to be', async () => {
        const named = await outside.page.locator('[data-withheld]').evaluateAll((found) => found.map((each) => each.dataset.withheld));
        return named.join() === 'member,motion,dataset,account';
    });
    await check('what is public stays', async () => await outside.page.locator('#rounds table tbody tr').count() > 0
        && await outside.page.locator('#models .card').count() > 0 && await outside.page.locator('#log .line').count() > 0
        && /members with a vote/.test(await outside.page.locator('.figures').first().innerText()));
    await check('nothing else on the console', () => outside.seen.errors.length === 0);
    await picture(outside.page, 'public');
    await outside.context.close();
}
await browser.close();
await mock?.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
