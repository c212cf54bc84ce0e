/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* fixture.mjs - a small co-op for the tests of the page: rows of the state, and a real log with real proofs. */
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { canonical } from '../src/canonical.js';

const ZERO = '0'.repeat(64);
const ORIGIN = 'sheaf/mfrggzdfmztwq2lknnwg23tpoa';
const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafOf = (bytes) => sha(Buffer.of(0), bytes);
const nodeOf = (left, right) => sha(Buffer.of(1), left, right);

function split(n) {
    let k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

function rootOf(leaves) {
    if (leaves.length === 1)
        return leaves[0];
    const k = split(leaves.length);
    return nodeOf(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

function pathOf(leaves, index) {
    if (leaves.length === 1)
        return [];
    const k = split(leaves.length);
    return index < k ? [...pathOf(leaves.slice(0, k), index), rootOf(leaves.slice(k))]
        : [...pathOf(leaves.slice(k), index - k), rootOf(leaves.slice(0, k))];
}

export class Fixture {
    constructor(now = Date.now()) {
        this.texts = new Map();
        this.entries = [];
        this.stamp = now - 3600000;
        this.tables = Object.fromEntries(['coop', 'bylaws', 'decision', 'class', 'member', 'key', 'motion', 'ballot', 'dataset', 'consent',
            'model', 'mandate', 'source', 'round', 'evaluation', 'evaluation_group', 'account', 'argument', 'suspension'].map((name) => [name, []]));
        this.effects = new Map();
        const pair = generateKeyPairSync('ed25519');
        this.secret = pair.privateKey;
        this.logKey = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x, 'base64url');
        this.fill(now);
    }

    text(words, erased = false) {
        const salt = randomBytes(32);
        const hash = createHmac('sha256', salt).update(words).digest('hex');
        if (!erased)
            this.texts.set(hash, { salt: salt.toString('base64url'), text: words });
        return hash;
    }

    /** Enters an act and gives its index. */
    enter(kind, what, by = null) {
        const index = this.entries.length;
        this.stamp += 1700;
        const act = { at: this.stamp - 40, kind, key: by ?? 0, seen: index, seq: index + 1, until: this.stamp + 60000, what };
        if (by !== null)
            act.by = by;
        this.entries.push({ act, sig: randomBytes(64).toString('base64url'), stamp: this.stamp });
        return index;
    }

    row(table, row) {
        const rows = this.tables[table];
        rows.push({ ...row, row: rows.length });
        return rows[rows.length - 1];
    }

    leaves(size = this.entries.length) {
        return this.entries.slice(0, size).map((entry) => leafOf(Buffer.from(canonical(entry))));
    }

    root() {
        return rootOf(this.leaves()).toString('hex');
    }

    checkpoint() {
        const text = `${ORIGIN}\n${this.entries.length}\n${Buffer.from(this.root(), 'hex').toString('base64')}\n`;
        const id = sha(Buffer.from(`${ORIGIN}\n`), Buffer.of(1), this.logKey).subarray(0, 4);
        const line = Buffer.concat([id, sign(null, Buffer.from(text), this.secret)]).toString('base64');
        return `${text}\n\u2014 ${ORIGIN} ${line}\n`;
    }

    proof(index) {
        const leaves = this.leaves();
        return {
            checkpoint: this.checkpoint(), hashes: pathOf(leaves, index).map((hash) => hash.toString('hex')), index,
            leaf: leaves[index].toString('hex'), root: this.root(), size: leaves.length,
        };
    }

    coop() {
        return {
            bylaws: this.tables.bylaws[0], coop: this.tables.coop[0], entries: this.entries.length,
            purpose: 'Four heart clinics train models together on records that never leave them, and share what these models earn.',
            root: this.root(), version: '0.1.0',
        };
    }

    member(name, kind, state, extra = {}) {
        const commitment = this.text(name, extra.erased);
        const id = this.enter(this.entries.length ? 'member.apply' : 'coop.found', { class: 0, kind, name: commitment });
        this.row('member', {
            admitted: state === 'active' ? id : null, approvals: state === 'active' ? 3 : 1, class: 0, contributed: extra.records ?? 0,
            holder: ZERO, id, kind, left: null, name: commitment, state, votes: state === 'active' ? 1 : 0,
        });
        this.row('key', { holder: ZERO, id, member: id, public_key: 'A'.repeat(43), revoked: null, scopes: 31, seq: 9, until: 0, web: false });
        return id;
    }

    motion(title, by, extra) {
        const commitment = this.text(title);
        const reason = extra.reason ? this.text(extra.reason, extra.erased) : null;
        const id = this.enter('motion.open', { ...(reason && { reason }), title: commitment }, by);
        if (extra.effect)
            this.effects.set(id, extra.effect);
        const row = this.row('motion', {
            abstain: 0, by, bylaws: 0, closes: this.stamp + 2000, decided: null, effect: extra.effect?.kind ?? null, electorate: 4, id,
            no: 0, opened: this.stamp, part_first: 0, reason, refusal: 0, sort: 'ordinary', state: 'open', title: commitment, yes: 0,
        });
        for (const [member, choice] of extra.ballots ?? []) {
            const cast = this.enter('ballot.cast', { choice, motion: id }, member);
            this.row('ballot', { cast, choice, member, motion: id });
            row[choice]++;
        }
        if (extra.state) {
            row.state = extra.state;
            row.decided = this.enter('clock.tick', { deadline: 'motion', of: id, unwitnessed: false });
        }
        return Object.assign(row, extra.row);
    }

    /** What a member argues on a matter. */
    argument(matter, member, stance, words, answers = null) {
        const text = this.text(words);
        const id = this.enter('argument.give', { ...(answers && { answers }), matter: matter.id, stance, text }, member);
        this.row('argument', { answers, before: 0, id, matter: matter.id, member, stance, text });
        return id;
    }

    /** A closed round with plausible figures: training improves quickly, then slowly. */
    round(task, figures = true) {
        const number = this.tables.round.length + 1;
        const made = this.tables.round.filter((row) => row.task === 'train').length;
        const id = this.enter('round.open', { mandate: this.mandate, task, words: 21 });
        const opened = this.stamp;
        const wobble = Math.sin(made * 2.3) * 9000;
        const loss = Math.round(410000 + 283000 * Math.exp(-made / 4) + (made ? wobble : 0));
        const accuracy = Math.round(832000 - 300000 * Math.exp(-made / 2.5) + (made ? -wobble : 0));
        this.enter('round.close', { result: 'ab'.repeat(32), round: id });
        const trains = task === 'train' && figures;
        this.row('round', {
            accuracy_millionths: trains ? accuracy : 0, attested: 4, base: ZERO, closed: this.stamp, has_figures: trains, id,
            log_loss_millionths: trains ? loss : 0, mandate: this.mandate, model: this.model, number, opened, reason: 'deadline',
            records: trains ? 486 : 0, result: sha(Buffer.from(`round ${number}`)).toString('hex'), seat_first: 0, seats: 4, stage_ms: 5000,
            state: 'closed', survivors: number === 6 ? 3 : 4, task, transcript: ZERO, words: 21,
        });
        this.tables.mandate[0].rounds_used = number;
        for (const by of this.members)
            this.enter('round.attest', { result: 'ab'.repeat(32), round: id }, by);
        if (task === 'evaluate') {
            const entry = this.enter('model.evaluate', { round: id });
            this.row('evaluation', {
                accuracy_millionths: accuracy - 21000, auc_millionths: 861000 + made * 600, has_auc: true, has_log_loss: true, id: entry,
                log_loss_millionths: loss + 26000, model: this.model, records: 254, round: id, sha256: 'cd'.repeat(32),
            });
            for (const [level, records] of [[0, 53], [1, 156], [2, 0]])
                this.row('evaluation_group', {
                    accuracy_millionths: records && accuracy - 30000 * level, auc_millionths: records && 850000, column: 'sex', evaluation: entry,
                    has_auc: records > 0, level, mae_millionths: 0, records,
                });
        }
        return id;
    }

    fill(now) {
        this.row('bylaws', {
            approvals: 3, ballots_changeable: true, class_first: 0, classes: 1, cohort_min: 3, currency: 'EUR', data_bp: 5000,
            early_close: true, exact_sums: true, form: 'demonstration', id: 0, members_bp: 3000, name: 'Four Hearts Cooperative',
            open_max: 20, reserve_bp: 2000, rounds_max: 200, web_scopes: 1, witness_quorum: 2, witnesses: 3,
        });
        [['ordinary', 'simple', 2, 5000], ['qualified', 'two_thirds', 4, 5000], ['protected', 'three_quarters', 4, 7500]]
            .forEach(([sort, majority, open_s, quorum_bp]) => this.row('decision', {
                base: 'for_and_against', bylaws: 0, majority, notice_s: 0, open_s, quorum_base: 'all', quorum_bp, sort,
            }));
        this.row('class', { bylaws: 0, name: 'clinic', votes: 1 });
        this.row('coop', {
            bylaws: 0, founded: this.stamp, hub_key: 'B'.repeat(43), hub_seq: 1, log_key: this.logKey.toString('base64url'), motions_open: 2,
            origin: ORIGIN, part_free: 0, revision: 1, stamp: this.stamp, voters: 4,
        });
        const names = [['Cleveland Clinic', 303], ['Hungarian Institute of Cardiology', 294], ['University Hospital Zürich', 123], ['VA Long Beach', 200]];
        this.members = names.map(([name, records]) => this.member(name, 'organisation', 'active', { records: records * 12 }));
        this.member('An applicant whose name was erased', 'person', 'applied', { erased: true });
        const [cleveland, hungary, zurich, beach] = this.members;
        names.forEach(([name, records], i) => {
            const title = this.text(`Heart disease records of ${name}`);
            const id = this.enter('dataset.register', { records, schema: 'uci-heart', title }, this.members[i]);
            this.row('dataset', {
                commitment: 'ef'.repeat(32), id, licence: 'CC-BY-4.0', member: this.members[i], records, retired: null,
                schema: 'uci-heart', subjects: 'patients', terms: ZERO, title,
            });
            const consent = this.enter('consent.grant', { dataset: id, purpose: 'care', until: now + 31536000000 }, this.members[i]);
            this.row('consent', { dataset: id, id: consent, member: this.members[i], purpose: 'care', revoked: null, until: now + 31536000000 });
        });
        const revoked = this.row('consent', {
            dataset: this.tables.dataset[2].id, id: this.enter('consent.grant', {}, zurich), member: zurich, purpose: 'research', revoked: null, until: now + 86400000,
        });
        revoked.revoked = this.enter('consent.revoke', { consent: revoked.id }, zurich);
        const modelTitle = this.text('Risk of heart disease from thirteen findings');
        this.model = this.enter('model.register', { title: modelTitle }, cleveland);
        const what = {
            attest_min: 3, cohort_min: 3, datasets: this.tables.dataset.map((row) => ({ dataset: row.id })), duration_s: 86400,
            learning: { batch: 0, local_steps: 5, rate_millionths: 500000, seed: 42 }, model: this.model, purpose: 'care', release: 'exact_sum', rounds_max: 60,
        };
        const granted = this.motion('Train a model of heart disease together', cleveland, {
            effect: { kind: 'mandate.grant', what }, state: 'adopted', ballots: [[cleveland, 'yes'], [hungary, 'yes'], [zurich, 'yes'], [beach, 'abstain']],
            reason: 'Each of us sees too few patients to learn from them alone. Together we have 920 records, and none of them leaves its clinic.',
        });
        this.mandate = granted.decided;
        this.row('mandate', {
            attest_min: 3, batch: 0, cohort_min: 3, expires: now + 86400000, id: this.mandate, last_round: null, local_steps: 5, model: this.model,
            motion: granted.id, purpose: 'care', rate_millionths: 500000, release: 'exact_sum', result_round: null, revoked: null, rounds_max: 60,
            rounds_used: 0, seed: 42, source_first: 0, sources: 4,
        });
        for (const row of this.tables.dataset)
            this.row('source', { dataset: row.id, mandate: this.mandate });
        this.round('statistics');
        for (let i = 1; i <= 18; i++) {
            this.round('train');
            if (i % 6 === 0)
                this.round('evaluate');
        }
        const last = this.tables.round[this.tables.round.length - 1].id;
        const released = this.motion('Release the heart model at 2.50 a use', hungary, {
            effect: { kind: 'model.release', what: { licence: 'CC-BY-NC-4.0', model: this.model, price_cents: 250, round: last } },
            state: 'adopted', ballots: [[cleveland, 'yes'], [hungary, 'yes'], [zurich, 'no'], [beach, 'yes']],
        });
        this.row('model', {
            feature_first: 0, features: 20, id: this.model, kind: 'logistic', label: 'num', licence: 'CC-BY-NC-4.0', member: cleveland,
            price_cents: 250, released: released.decided, retired: null, round: last, schema: 'uci-heart', sha256: 'cd'.repeat(32),
            state: 'released', title: modelTitle, uses: 480,
        });
        this.motion('Lend the model to a gym chain', beach, { state: 'no_quorum', ballots: [[beach, 'yes']], reason: 'Erased since.', erased: true });
        this.enter('usage.record', { model: this.model, customer: this.text('Regional heart screening'), uses: 480 }, cleveland);
        this.motion('Share 1,000.00 of what the model earned', zurich, {
            effect: { kind: 'surplus.distribute', what: { amount_cents: 100000 } }, state: 'adopted',
            ballots: [[cleveland, 'yes'], [hungary, 'yes'], [zurich, 'yes'], [beach, 'yes']],
        });
        [['bank', null, 120000], ['revenue', null, -20000], ['reserve', null, -20000], ['member', cleveland, -23967],
            ['member', hungary, -23478], ['member', zurich, -14185], ['member', beach, -18370]]
            .forEach(([kind, member, balance_cents]) => this.row('account', { balance_cents, kind, member }));
        const held = this.motion('Share another 500.00', hungary, {
            effect: { kind: 'surplus.distribute', what: { amount_cents: 50000 } }, state: 'held', ballots: [[cleveland, 'yes'], [hungary, 'yes'], [zurich, 'yes']],
        });
        this.row('suspension', { by_organ: false, id: held.id, in_force: true, override: this.enter('override.suspend', { of: held.id }, beach), spent: false });
        const raise = this.motion('Raise the price of one use to 3.00', cleveland, {
            effect: { kind: 'model.release', what: { licence: 'CC-BY-NC-4.0', model: this.model, price_cents: 300, round: last } },
            ballots: [[cleveland, 'yes'], [zurich, 'no']], reason: 'Our costs have grown with the number of uses.', row: { closes: now + 3 * 3600000 + 25 * 60000 },
        });
        const costs = this.argument(raise, zurich, 'against', 'Small practices pay it out of their own pockets.');
        this.argument(raise, cleveland, 'for', 'Two thirds of the uses are by hospitals.\nThey have budgets for it.', costs);
        this.argument(raise, hungary, 'neither', 'Could it depend on who asks?');
        this.motion('Meet in Zürich in spring', zurich, { ballots: [[zurich, 'yes'], [hungary, 'yes'], [beach, 'abstain']], row: { closes: now + 190000, sort: 'protected' } });
        const id = this.enter('round.open', { mandate: this.mandate, task: 'train', words: 21 });
        this.row('round', { ...this.tables.round[1], accuracy_millionths: 0, attested: 0, closed: 0, has_figures: false, id, log_loss_millionths: 0, number: 23, opened: this.stamp, result: ZERO, state: 'open', survivors: 0 });
        this.openRound = id;
    }
}
