/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* kinds.js - acts in words, for the log: "Cleveland voted", "The hub opened a round". */

const VERBS = {
    'coop.found': 'founded the co-op', 'member.apply': 'applied for membership', 'member.admit': 'approved an application',
    'member.leave': 'left', 'key.admit': 'admitted a key', 'key.revoke': 'revoked a key',
    'motion.open': 'opened a motion', 'motion.withdraw': 'withdrew a motion', 'ballot.cast': 'voted',
    'allocation.open': 'opened a vote that divides an amount', 'allocation.give': 'gave points in a vote that divides an amount',
    'clock.tick': 'settled a deadline that had passed', 'state.digest': 'stated the digest of the state',
    'dataset.register': 'registered a data set', 'dataset.retire': 'withdrew a data set',
    'consent.grant': 'gave a consent', 'consent.revoke': 'revoked a consent', 'model.register': 'described a model',
    'round.open': 'opened a round', 'round.close': 'closed a round', 'round.abort': 'aborted a round',
    'override.suspend': 'signed a suspension of something automatic',
    'member.decline': 'declined an application', 'person.update': 'changed personal details',
    'hub.appoint': 'approved another hub', 'round.attest': 'attested a result', 'model.evaluate': 'recorded a model’s figures',
    'revenue.record': 'recorded revenue', 'usage.record': 'recorded paid uses',
    'payment.order': 'asked for a payment', 'payment.sign': 'signed a payment', 'payment.cancel': 'took back a payment',
    'payment.settle': 'recorded that a payment was carried out',
};

/** What an act does, after its actor's name. */
export const verb = (kind) => VERBS[kind] ?? kind;

/** The member behind an entry, or null where it is the hub. Founder and applicants have no `by` yet. */
export function actor(entry, index) {
    const { act } = entry;
    if (act.kind === 'coop.found' || act.kind === 'member.apply')
        return index;
    return act.by ?? null;
}

const TEXTS = ['customer', 'memo', 'name', 'payee', 'purpose', 'reason', 'terms', 'title'];

/** The fields of an act that are commitments to texts. */
export function textFields(what) {
    return TEXTS.filter((name) => typeof what?.[name] === 'string').map((name) => [name, what[name]]);
}
