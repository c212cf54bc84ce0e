/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* derive.js - what the page shows, worked out from rows of the state. Pure functions of their arguments. */

const MAJORITIES = { simple: null, two_thirds: [2, 3], three_quarters: [3, 4], nine_tenths: [9, 10] };

/** Whether the votes for reach a majority, of them and the rest. */
export function majorityReached(majority, yes, no) {
    const fraction = MAJORITIES[majority];
    if (!fraction)
        return yes > no;
    return yes > 0 && yes * fraction[1] >= (yes + no) * fraction[0];
}

/** How decisions of a sort are taken under a version of the bylaws, the entry that made it. */
export function decisionRule(rules, version, sort) {
    return rules.find((row) => row.bylaws === version && row.sort === sort);
}

/** A motion's votes against its quorum and majority.
 * @param {object} motion @param {object|undefined} rule how it is decided */
export function tally(motion, rule) {
    const quorumBp = rule?.quorum_bp ?? 0;
    const majority = rule?.majority ?? 'simple';
    const sided = motion.yes + motion.no;
    const cast = sided + motion.abstain;
    const base = { cast, entitled: motion.electorate }[rule?.base] ?? sided;
    const quorum = Math.ceil((motion.electorate * quorumBp) / 10000);
    const part = (count) => (motion.electorate ? count / motion.electorate : 0);
    return {
        cast, quorum, majority, quorumBp,
        quorumMet: (rule?.quorum_base === 'for_and_against' ? sided : cast) >= quorum,
        carried: majorityReached(majority, motion.yes, base - motion.yes),
        yes: part(motion.yes), no: part(motion.no), abstain: part(motion.abstain),
        turnout: part(cast), line: part(quorum),
    };
}

/** The motion with votes by proxy, which the row of an open one does not count yet; `proxied` may be missing. */
export function withProxied(motion, proxied) {
    if (!proxied || motion.state !== 'open')
        return motion;
    const { yes, no, abstain } = proxied;
    return { ...motion, yes: motion.yes + yes, no: motion.no + no, abstain: motion.abstain + abstain, by_proxy: yes + no + abstain };
}

/** Open motions, the first to close first; the others, the last opened first. */
export function splitMotions(motions) {
    const open = motions.filter((row) => row.state === 'open').sort((a, b) => a.closes - b.closes || a.id - b.id);
    const decided = motions.filter((row) => row.state !== 'open').sort((a, b) => b.id - a.id);
    return { open, decided };
}

/** What suspends a motion's effect, a mandate or a model now, by its entry; undefined where nothing does. */
export function suspensionOf(suspensions, id) {
    return suspensions.find((row) => row.id === id && row.in_force);
}

/** Where a motion stands; while its effect is held it may be suspended. */
export function motionStanding(motion, suspensions) {
    return motion.state === 'held' && suspensionOf(suspensions, motion.id) ? 'suspended' : motion.state;
}

/** What members argued on a matter, in the order in which they did. */
export function argumentsOn(rows, matter) {
    return rows.filter((row) => row.matter === matter).sort((a, b) => a.id - b.id);
}

/** Where a mandate stands: in force, suspended, used up, expired or revoked. */
export function mandateStanding(mandate, now, suspensions = []) {
    if (mandate.revoked !== null)
        return 'revoked';
    if (now > mandate.expires)
        return 'expired';
    if (suspensionOf(suspensions, mandate.id))
        return 'suspended';
    return mandate.rounds_used >= mandate.rounds_max ? 'used up' : 'in force';
}

/** What may become known of one record or member, from terms of privacy, a mandate's row or a budget. */
export function privacyBound(unit, epsilonMillionths, deltaTrillionths) {
    return `about one ${unit} no more than epsilon ${epsilonMillionths / 1e6} at delta ${deltaTrillionths / 1e12}`;
}

/** The sentence for a mandate with noise: `terms` are its terms of privacy or its row. */
export function noisedSentence(terms) {
    const bound = privacyBound(terms.unit, terms.epsilon_millionths, terms.delta_trillionths);
    if (terms.local || terms.local_noise)
        return `Each member trains under noise of its own: together the rounds give away ${bound}, to the hub and to all other members together alike.`;
    const pooled = terms.colluders === 1 ? 'one other member tells what it knows' : `${terms.colluders} members pool what they know`;
    return `Members add noise before they sum: together the rounds give away ${bound}, even if ${pooled}.`;
}

/** What the bylaws let one mandate with noise give away at most, from their row. */
export function privacyCap(bylaws) {
    const epsilon = bylaws.epsilon_max_millionths && `epsilon ${bylaws.epsilon_max_millionths / 1e6}`;
    const delta = bylaws.delta_max_trillionths && `delta ${bylaws.delta_max_trillionths / 1e12}`;
    const caps = [epsilon, delta].filter(Boolean).join(' and ');
    return caps ? `the bylaws let one mandate give away at most ${caps}` : 'the bylaws set none';
}

/** Where a consent stands: live, ended or revoked. */
export function consentStanding(consent, now) {
    if (consent.revoked !== null)
        return 'revoked';
    return now > consent.until ? 'ended' : 'live';
}

/** Loss and accuracy of one model by the number of training rounds that made it.
 *
 * A training round's figures describe the model before that round and are placed at the number of training rounds
 * closed until then; an evaluation's are placed where the model that it is of was made. */
export function learningSeries(rounds, evaluations, model) {
    const at = new Map();
    const point = (x) => {
        if (!at.has(x))
            at.set(x, { x, loss: null, accuracy: null, validLoss: null, heldLoss: null, heldAccuracy: null, auc: null });
        return at.get(x);
    };
    const trained = rounds.filter((row) => row.model === model && row.task === 'train' && row.state === 'closed')
        .sort((a, b) => a.id - b.id);
    trained.forEach((row, made) => {
        if (row.has_figures)
            Object.assign(point(made), {
                loss: row.log_loss_millionths / 1e6, accuracy: row.accuracy_millionths / 1e6,
                validLoss: row.validation_records ? row.validation_loss_millionths / 1e6 : null,
            });
    });
    const makes = (evaluation) => {
        const before = trained.filter((each) => each.id < evaluation.round);
        const made = before.findLastIndex((each) => each.result === evaluation.sha256);
        return made < 0 ? before.length : made + 1;
    };
    for (const row of evaluations.filter((each) => each.model === model).sort((a, b) => a.id - b.id))
        Object.assign(point(makes(row)), {
            heldLoss: row.has_log_loss ? row.log_loss_millionths / 1e6 : null, heldAccuracy: row.has_accuracy === false ? null : row.accuracy_millionths / 1e6,
            auc: row.has_auc ? row.auc_millionths / 1e6 : null,
        });
    return [...at.values()].sort((a, b) => a.x - b.x);
}

/** The model whose rounds are worth showing first: that of the last round opened. */
export function latestModel(rounds) {
    return rounds.reduce((last, row) => (last === null || row.id > last.id ? row : last), null)?.model ?? null;
}

/** The last evaluation of the bytes a model was released with, or of the model at all. */
export function bestEvaluation(evaluations, model) {
    const own = evaluations.filter((row) => row.model === model.id).sort((a, b) => b.id - a.id);
    return own.find((row) => row.sha256 === model.sha256) ?? own[0] ?? null;
}

/** In how many of an evaluation's groups one record, or one member, can be; as sheaf_group_reach() in
 * src/learn/by_group.h. */
export function groupReach(groups, unit) {
    return unit === 'record' ? new Set(groups.map((row) => row.column)).size : groups.length;
}

/** The 95 % interval of an evaluation's accuracy, from the log alone: Wilson's (1927), and where cells are counted
 * with noise the normal one, which has the noise of the cells in it. See src/learn/reliability.h. `groups` are those
 * that the evaluation tells of too, with which the noise of all its cells grows. */
export function accuracyInterval(evaluation, round, mandate, groups = []) {
    const z = 1.959963984540054, n = evaluation.records, p = evaluation.accuracy_millionths / 1e6;
    const bounded = (middle, half) => ({ low: Math.max(0, middle - half), high: Math.min(1, middle + half) });
    if (mandate?.release !== 'noised')
        return bounded((p + z * z / (2 * n)) / (1 + z * z / n),
            z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n));
    const sized = mandate.local_noise ? 1 : Math.max(1, round.survivors_min - mandate.colluders);
    const parts = 1 + groupReach(groups, mandate.unit);
    const cell = mandate.evaluation_noise_millionths / 1e6 * Math.sqrt(parts * round.survivors / sized);
    return bounded(p, z * Math.sqrt(p * (1 - p) / n + 2 * cell * cell * ((1 - p) ** 2 + p * p) / (n * n)));
}

const ACCOUNT_ORDER = ['bank', 'revenue', 'reserve', 'shares', 'member'];

/** Accounts as a trial balance, and how far what was shared out went to whom. */
export function ledger(accounts) {
    const rows = accounts.map((row) => ({
        ...row,
        debit: row.balance_cents > 0 ? row.balance_cents : 0,
        credit: row.balance_cents < 0 ? -row.balance_cents : 0,
    })).sort((a, b) => ACCOUNT_ORDER.indexOf(a.kind) - ACCOUNT_ORDER.indexOf(b.kind)
        || (a.member ?? -1) - (b.member ?? -1));
    const sum = (list, name) => list.reduce((total, row) => total + row[name], 0);
    const shared = rows.filter((row) => row.kind === 'reserve' || row.kind === 'member');
    const total = sum(shared, 'credit');
    return {
        rows,
        debit: sum(rows, 'debit'),
        credit: sum(rows, 'credit'),
        balanced: sum(rows, 'balance_cents') === 0,
        total,
        shares: shared.filter((row) => row.credit > 0).map((row) => ({ ...row, part: row.credit / total })),
    };
}

/** The name of a member's class under the bylaws in force. */
export function className(member, bylaws, classes) {
    return classes.find((row) => row.row === bylaws.class_first + member.class)?.name ?? '';
}

/** Which tables an act of a kind may change; null where it may be any. */
export function touchedTables(kind) {
    return {
        'argument.give': ['argument'],
        'round.open': ['round', 'mandate'],
        'round.abort': ['round', 'mandate'],
        'round.close': ['round', 'mandate', 'member'],
        'round.attest': ['round'],
        'model.evaluate': ['evaluation', 'evaluation_group'],
        'revenue.record': ['account', 'receipt'],
        'usage.record': ['account', 'model', 'receipt'],
        'consent.grant': ['consent'],
        'consent.revoke': ['consent'],
        'dataset.register': ['dataset'],
        'state.digest': [],
    }[kind] ?? null;
}

/** Commitments to texts travel as hex or as base64url; texts are asked for by hex. */
export function textHash(value) {
    if (/^[0-9a-f]{64}$/.test(value))
        return value;
    if (/^[A-Za-z0-9_-]{43}$/.test(value)) {
        const raw = atob(value.replace(/-/g, '+').replace(/_/g, '/'));
        return Array.from(raw, (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
    }
    return null;
}
