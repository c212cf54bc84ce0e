/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* kinds.js - acts in words, for the log: "Cleveland voted", "The hub opened a round". */

const VERBS = {
    'coop.found': 'founded the co-op', 'member.apply': 'applied for membership', 'member.admit': 'approved an application',
    'member.leave': 'gave notice to leave', 'key.admit': 'admitted a key', 'key.revoke': 'revoked a key',
    'motion.open': 'opened a motion', 'motion.withdraw': 'withdrew a motion', 'ballot.cast': 'voted',
    'allocation.open': 'opened a vote that divides an amount', 'allocation.give': 'gave points in a vote that divides an amount',
    'clock.tick': 'settled a deadline that had passed', 'state.digest': 'stated the digest of the state',
    'dataset.register': 'registered a data set', 'dataset.retire': 'withdrew a data set',
    'consent.grant': 'gave a consent', 'consent.revoke': 'revoked a consent', 'model.register': 'described a model',
    'round.open': 'opened a round', 'round.close': 'closed a round', 'round.abort': 'aborted a round',
    'override.suspend': 'signed a suspension of something automatic',
    'member.decline': 'declined an application', 'person.update': 'changed personal details',
    'hub.appoint': 'approved another hub', 'round.attest': 'attested a result', 'model.evaluate': 'recorded a model’s figures',
    'revenue.record': 'recorded revenue', 'revenue.reverse': 'said that revenue was wrongly recorded',
    'usage.record': 'recorded paid uses',
    'licence.consent': 'consented to a licence', 'licence.withdraw': 'took back the consent to a licence',
    'payment.order': 'asked for a payment', 'payment.sign': 'signed a payment', 'payment.cancel': 'took back a payment',
    'payment.settle': 'recorded that a payment was carried out', 'payment.unsign': 'took back a signature under a payment',
    'split.join': 'said that they go to another co-op', 'split.stay': 'took back that they go', 'split.settle': 'recorded what another co-op was paid',
    'share.pay': 'recorded what a member paid in for shares', 'share.give_up': 'gave up shares', 'share.return': 'returned what was paid in with an application', 'share.transfer': 'handed shares to another member',
    'accountability.answer': 'answered, called to account',
    'accountability.hear': 'recorded a hearing',
    'accountability.open': 'called to account', 'accountability.withdraw': 'gave up a process of accountability',
    'advice.decide': 'decided after advice', 'advice.give': 'gave advice', 'advice.open': 'asked for advice',
    'advice.reply': 'answered advice', 'advice.withdraw': 'gave up a process of advice',
    'argument.give': 'argued on what is to be decided',
    'assembly.admit': 'recorded who attends an assembly', 'assembly.confirm': 'confirmed who attends an assembly', 'assembly.attend': 'attends an assembly',
    'assembly.cancel': 'cancelled an assembly', 'assembly.contest': 'said that it is not at an assembly', 'assembly.convene': 'convened an assembly',
    'assembly.place': 'told where an assembly is held',
    'assembly.notice': 'recorded the notice of an assembly', 'ballot.contest': 'said that a ballot tellers counted is not theirs', 'ballots.confirm': 'confirmed ballots as a teller',
    'ballots.record': 'recorded ballots as a teller', 'bylaws.confirm': 'confirmed the registration of an amendment',
    'bylaws.register': 'recorded the registration of an amendment',
    'candidate.stand': 'stands in an election', 'candidate.withdraw': 'stands no longer',
    'circle.admit': 'admitted to a circle', 'circle.found': 'founded a circle',
    'circle.join': 'asked to join a circle', 'circle.leave': 'left a circle',
    'conflict.allege': 'found a conflict of interest', 'conflict.declare': 'declared a conflict of interest',
    'coop.close': 'signed the close of the co-op', 'creditor.record': 'recorded a creditor',
    'creditor.settle': 'settled a creditor’s claim', 'dispute.accept': 'agreed to mediate',
    'death.deny': 'said that a member lives', 'dispute.advance': 'asked for the next step in a conflict', 'dispute.decide': 'said that the panel on a conflict has decided',
    'dispute.name': 'named who deals with a conflict', 'dispute.open': 'opened a case of conflict resolution',
    'dispute.settle': 'said that a conflict is resolved', 'election.call': 'called an election',
    'election.vote': 'voted in an election', 'exclusion.open': 'asked for an exclusion',
    'holder.allow': 'allowed another membership to name one’s commitment',
    'holder.withdraw': 'no longer lets a membership name one’s commitment',
    'import.confirm': 'confirmed an imported register', 'import.open': 'began to import a register',
    'import.decline': 'spoke against an import', 'import.withdraw': 'gave up an import', 'key.rotate': 'replaced a key',
    'member.invite': 'invited somebody’s key', 'member.answer': 'answered a request for exclusion', 'member.claim': 'claimed a place of the register',
    'member.death': 'recorded a death', 'member.import': 'entered a member of a register',
    'member.stay': 'took back the notice to leave', 'minutes.approve': 'approved minutes',
    'minutes.record': 'recorded minutes', 'office.resign': 'resigned from an office',
    'petition.open': 'opened a petition', 'petition.sign': 'signed a petition',
    'petition.unsign': 'took back a signature', 'proposal.amend': 'amended a proposal',
    'proposal.consent': 'consented to a proposal',
    'proposal.object': 'objected to a proposal', 'proposal.open': 'opened a proposal',
    'proposal.withdraw': 'withdrew a proposal', 'proxy.decline': 'laid down a proxy', 'proxy.give': 'gave a proxy', 'proxy.revoke': 'revoked a proxy',
    'recovery.confirm': 'confirmed a recovery of keys', 'recovery.decline': 'struck a recovery of keys',
    'recovery.judge': 'judged a recovery of keys', 'recovery.object': 'objected to a recovery of keys',
    'recovery.open': 'asked for the recovery of keys',
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

const TEXTS = ['address', 'agenda', 'bank_account', 'contact', 'customer', 'evidence', 'licensee', 'memo', 'name', 'payee', 'place', 'purpose',
    'reason', 'role', 'terms', 'text', 'title'];

/** The fields of an act that are commitments to texts. */
export function textFields(what) {
    return TEXTS.filter((name) => typeof what?.[name] === 'string').map((name) => [name, what[name]]);
}
