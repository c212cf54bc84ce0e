/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the page works out from rows, and how it writes numbers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as derive from '../src/derive.js';
import * as format from '../src/format.js';
import { Fixture } from './fixture.mjs';

const { tables } = new Fixture(1790000000000);

test('majorities', () => {
    const rows = [
        ['simple', 2, 1, true], ['simple', 1, 1, false], ['simple', 0, 0, false], ['two_thirds', 2, 1, true], ['two_thirds', 5, 3, false],
        ['three_quarters', 3, 1, true], ['three_quarters', 5, 2, false], ['nine_tenths', 9, 1, true], ['nine_tenths', 8, 1, false], ['two_thirds', 0, 0, false],
    ];
    for (const [majority, yes, no, want] of rows)
        assert.equal(derive.majorityReached(majority, yes, no), want, `${majority} ${yes}:${no}`);
});

test('a tally against quorum and majority', () => {
    const motion = { yes: 1, no: 0, abstain: 1, electorate: 5 };
    const rule = (sort) => derive.decisionRule(tables.decision, 0, sort);
    const counted = derive.tally(motion, rule('ordinary'));
    assert.equal(counted.quorum, 3); // half of five, rounded up
    assert.equal(counted.quorumMet, false);
    assert.equal(counted.carried, true);
    assert.equal(counted.turnout, 0.4);
    assert.equal(derive.tally(motion, rule('protected')).quorum, 4);
    assert.equal(derive.tally({ ...motion, electorate: 0 }, undefined).turnout, 0);
});

test('motions in the order in which they matter', () => {
    const { open, decided } = derive.splitMotions(tables.motion);
    assert.deepEqual(open.map((row) => row.sort), ['protected', 'ordinary']);
    assert.ok(decided.every((row, i) => i === 0 || decided[i - 1].id > row.id));
});

test('an open motion counts votes by proxy, a decided one has them in its row', () => {
    const row = { id: 1, state: 'open', yes: 1, no: 2, abstain: 0, by_proxy: 0, electorate: 9 };
    const shown = derive.withProxied(row, { yes: 2, no: 0, abstain: 1 });
    assert.deepEqual([shown.yes, shown.no, shown.abstain, shown.by_proxy], [3, 2, 1, 3]);
    assert.equal(derive.withProxied(row, undefined), row);
    const decided = { ...row, state: 'adopted' };
    assert.equal(derive.withProxied(decided, { yes: 2, no: 0, abstain: 1 }), decided);
});

test('arguments on one matter, as they were given', () => {
    const raise = tables.motion.find((row) => tables.argument.some((each) => each.matter === row.id));
    assert.deepEqual(derive.argumentsOn(tables.argument, raise.id).map((row) => row.stance), ['against', 'for', 'neither']);
    assert.deepEqual(derive.argumentsOn([...tables.argument].reverse(), raise.id).map((row) => row.stance), ['against', 'for', 'neither']);
    assert.deepEqual(derive.argumentsOn(tables.argument, -1), []);
});

test('what the bylaws let a mandate give away', () => {
    assert.equal(derive.privacyCap({ epsilon_max_millionths: 10000000, delta_max_trillionths: 10000000 }),
        'the bylaws let one mandate give away at most epsilon 10 and delta 0.00001');
    assert.equal(derive.privacyCap({ epsilon_max_millionths: 500000, delta_max_trillionths: 0 }), 'the bylaws let one mandate give away at most epsilon 0.5');
    assert.equal(derive.privacyCap({ epsilon_max_millionths: 0, delta_max_trillionths: 0 }), 'the bylaws set none');
});

test('mandates and consents stand where they stand', () => {
    const mandate = { revoked: null, expires: 100, rounds_used: 1, rounds_max: 2 };
    assert.equal(derive.mandateStanding(mandate, 100), 'in force');
    assert.equal(derive.mandateStanding(mandate, 101), 'expired');
    assert.equal(derive.mandateStanding({ ...mandate, rounds_used: 2 }, 1), 'used up');
    assert.equal(derive.mandateStanding({ ...mandate, revoked: 0 }, 1), 'revoked');
    const stops = [{ id: 4, in_force: false }, { id: 7, in_force: true, override: 9 }];
    assert.equal(derive.mandateStanding({ ...mandate, id: 7 }, 1, stops), 'suspended');
    assert.equal(derive.mandateStanding({ ...mandate, id: 4 }, 1, stops), 'in force');
    assert.equal(derive.mandateStanding({ ...mandate, id: 7, revoked: 0 }, 1, stops), 'revoked');
    assert.equal(derive.motionStanding({ id: 7, state: 'held' }, stops), 'suspended');
    assert.equal(derive.motionStanding({ id: 4, state: 'held' }, stops), 'held');
    assert.equal(derive.motionStanding({ id: 7, state: 'adopted' }, stops), 'adopted');
    assert.equal(derive.consentStanding({ revoked: null, until: 5 }, 5), 'live');
    assert.equal(derive.consentStanding({ revoked: null, until: 5 }, 6), 'ended');
    assert.equal(derive.consentStanding({ revoked: 0, until: 5 }, 1), 'revoked');
});

test('figures stand at the number of training rounds that made the model', () => {
    const train = (id, loss, more) => ({ id, model: 1, task: 'train', state: 'closed', has_figures: true, log_loss_millionths: loss, accuracy_millionths: 500000, ...more });
    const rounds = [train(30, 600000), train(10, 693000), train(20, 0, { state: 'aborted' }), train(11, 1, { model: 2 }), train(9, 1, { task: 'statistics' })];
    const held = { id: 41, model: 1, round: 40, accuracy_millionths: 800000, log_loss_millionths: 550000, auc_millionths: 900000, has_auc: true, has_log_loss: true };
    const points = derive.learningSeries(rounds, [held], 1);
    assert.deepEqual(points.map((p) => [p.x, p.loss, p.heldLoss]), [[0, 0.693, null], [1, 0.6, null], [2, null, 0.55]]);
    assert.equal(points[2].auc, 0.9);
    /* Training with patience goes on past the model that is evaluated. */
    const measured = { validation_records: 5, validation_loss_millionths: 700000 };
    const past = [train(10, 1, { result: 'a' }), train(20, 1, { result: 'b', ...measured }), train(30, 1, { result: 'c', ...measured })];
    const early = derive.learningSeries(past, [{ ...held, sha256: 'a' }], 1);
    assert.deepEqual(early.map((p) => [p.x, p.validLoss, p.heldLoss]), [[0, null, null], [1, 0.7, 0.55], [2, 0.7, null]]);
    const noised = { ...held, has_auc: false, has_log_loss: false, log_loss_millionths: 0 };
    assert.equal(derive.learningSeries([], [noised], 1)[0].heldLoss, null);
    assert.deepEqual(derive.learningSeries([], [], 1), []);
    assert.equal(derive.latestModel(rounds), 1);
    assert.equal(derive.latestModel([]), null);
});

test('terms of privacy are told in words', () => {
    const terms = { unit: 'record', epsilon_millionths: 5000000, delta_trillionths: 1000000000, colluders: 1 };
    assert.equal(derive.noisedSentence(terms), 'Members add noise before they sum: together the rounds give away '
        + 'about one record no more than epsilon 5 at delta 0.001, even if one other member tells what it knows.');
    for (const local of [{ local: { divisor: 1 } }, { local_noise: true }])
        assert.match(derive.noisedSentence({ ...terms, ...local }), /noise of its own.* at delta .*, to the hub and to all other members together alike\.$/);
    assert.match(derive.noisedSentence({ ...terms, colluders: 2 }), /even if 2 members pool what they know\.$/);
});

test('the ledger balances and shares add up', () => {
    const result = derive.ledger(tables.account);
    assert.equal(result.balanced, true);
    assert.equal(result.debit, result.credit);
    assert.equal(result.total, 100000);
    assert.ok(Math.abs(result.shares.reduce((sum, row) => sum + row.part, 0) - 1) < 1e-12);
    assert.equal(derive.ledger([{ balance_cents: 1, kind: 'bank', member: null }]).balanced, false);
    assert.deepEqual(derive.ledger([]).shares, []);
});

test('the figures of a model are those of its released bytes', () => {
    const rows = [{ id: 1, model: 5, sha256: 'a' }, { id: 2, model: 5, sha256: 'b' }, { id: 3, model: 6, sha256: 'a' }];
    assert.equal(derive.bestEvaluation(rows, { id: 5, sha256: 'a' }).id, 1);
    assert.equal(derive.bestEvaluation(rows, { id: 5, sha256: '0' }).id, 2);
    assert.equal(derive.bestEvaluation(rows, { id: 7, sha256: 'a' }), null);
});

test('commitments in either form', () => {
    assert.equal(derive.textHash('ab'.repeat(32)), 'ab'.repeat(32));
    assert.equal(derive.textHash(Buffer.from('ab'.repeat(32), 'hex').toString('base64url')), 'ab'.repeat(32));
    assert.equal(derive.textHash('nothing'), null);
});

test('only acts without further effect are read narrowly', () => {
    assert.deepEqual(derive.touchedTables('round.attest'), ['round']);
    assert.deepEqual(derive.touchedTables('argument.give'), ['argument']);
    assert.equal(derive.touchedTables('ballot.cast'), null); // the last ballot may enact anything
    assert.equal(derive.touchedTables('clock.tick'), null);
});

test('numbers in the words of a locale', () => {
    assert.equal(format.money(123456, 'EUR', 'en-GB'), '€1,234.56');
    assert.equal(format.money(-5, 'EUR', 'de-DE').replace(/\s/g, ' '), '-0,05 €');
    assert.equal(format.money(150, 'JPY', 'en-GB'), 'JP¥1.50');
    assert.equal(format.money(100, '??', 'en-GB'), '1.00 ??');
    assert.equal(format.percent(0.8312, 1, 'en-GB'), '83.1%');
    assert.equal(format.basisPoints(3333, 'en-GB'), '33.33%');
    assert.equal(format.millionths(412345, 3, 'en-GB'), '0.412');
});

test('lengths of time', () => {
    const rows = [[0, '0 seconds'], [1, '1 second'], [61, '1 minute 1 second'], [3600, '1 hour'], [3601, '1 hour'], [90061, '1 day 1 hour'], [-5, '0 seconds']];
    for (const [seconds, want] of rows)
        assert.equal(format.duration(seconds), want);
    assert.equal(format.elapsed(340, 'en-GB'), '340 ms');
    assert.equal(format.elapsed(4210, 'en-GB'), '4.2 s');
    assert.equal(format.elapsed(61000, 'en-GB'), '1 minute 1 second');
});

test('words', () => {
    assert.equal(format.words('no_quorum'), 'no quorum');
    assert.equal(format.plural(1, 'hash', 'hashes', 'en-GB'), '1 hash');
    assert.equal(format.plural(1200, 'record', undefined, 'en-GB'), '1,200 records');
    assert.equal(format.isZero('0'.repeat(64)), true);
    assert.equal(format.isZero('0'.repeat(63) + '1'), false);
});

test('how far an accuracy may be off', () => {
    // Newcombe 1998, table I, method 3: 81 of 263
    const exact = derive.accuracyInterval({ records: 263, accuracy_millionths: 1e6 * 81 / 263 }, {}, { release: 'exact_sum' });
    assert.deepEqual([exact.low.toFixed(4), exact.high.toFixed(4)], ['0.2553', '0.3662']);
    // as tests/unit/learn/test_reliability.c: a cell's deviation is 10
    const noised = derive.accuracyInterval({ records: 400, accuracy_millionths: 800000 }, { survivors: 4, survivors_min: 3 },
        { release: 'noised', colluders: 2, local_noise: false, evaluation_noise_millionths: 5e6 });
    assert.equal(noised.high.toFixed(6), (0.8 + 1.959963985 * Math.sqrt(0.00125)).toFixed(6));
    // with groups of two columns the noise of a record's cells is larger by the root of three, of a member's by that of four
    const groups = [{ column: 'cp', level: 2 }, { column: 'sex', level: 0 }, { column: 'sex', level: 1 }];
    for (const [unit, parts] of [['record', 3], ['member', 4]]) {
        const grouped = derive.accuracyInterval({ records: 400, accuracy_millionths: 800000 }, { survivors: 4, survivors_min: 3 },
            { release: 'noised', colluders: 2, local_noise: false, evaluation_noise_millionths: 5e6, unit }, groups);
        assert.equal(grouped.high.toFixed(6), Math.min(1, 0.8 + 1.959963985 * Math.sqrt(0.0004 + parts * 0.00085)).toFixed(6));
    }
});

test('a model that predicts a number has no accuracy to draw', () => {
    const rows = [{ id: 9, model: 5, round: 8, accuracy_millionths: 0, has_accuracy: false, has_log_loss: false, has_auc: false }];
    assert.equal(derive.learningSeries([], rows, 5)[0].heldAccuracy, null);
});
