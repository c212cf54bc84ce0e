/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* effects.jsx - what follows if a motion is adopted, in words. */
import { useEffect, useState } from 'preact/hooks';
import * as api from './api.js';
import { noisedSentence, privacyCap } from './derive.js';
import { basisPoints, duration, integer, moment, money, plural, words } from './format.js';
import { useStore } from './store.js';
import { Facts, Member, Ref, Text, Title } from './parts.jsx';

/** The sentence that stands wherever a mandate discloses exact sums. */
export const EXACT_SUM = 'The exact sum of all members’ vectors is disclosed, without noise.';

const NAMES = {
    'mandate.grant': 'Grant a mandate to train', 'mandate.revoke': 'Revoke a mandate',
    'model.release': 'Release a model', 'model.retire': 'Retire a model',
    'model.hand_over': 'Hand a model over',
    'surplus.distribute': 'Share surplus', 'bylaws.amend': 'Replace the bylaws',
    'rules.adopt': 'Raise the revision of the rules',
    'data.license': 'License data', 'licence.end': 'End a licence', 'budget.adopt': 'Adopt a budget', 'payment.approve': 'Decide that a payment may be made',
    'automation.resume': 'End a suspension', 'automation.suspend': 'Suspend something automatic',
    'override.confirm': 'Confirm a suspension',
    'election.hold': 'Call the election of an organ', 'tellers.appoint': 'Appoint tellers',
    'circle.remove': 'Take a member out of a circle',
    'office.elect': 'Elect a member to an office', 'office.recall': 'Recall an officer',
    'member.accept': 'Admit an applicant', 'member.dismiss': 'Dismiss a member on trial', 'member.exclude': 'Exclude a member',
    'bylaws.withdraw': 'Withdraw an amendment that awaits registration',
    'coop.dissolve': 'Dissolve the co-op', 'share.strike': 'Strike shares that were never paid in', 'coop.split': 'Let members go to another co-op', 'coop.continue': 'Continue a co-op that was being wound up',
    'liquidators.appoint': 'Appoint liquidators',
};

/** Kinds stand in rows as `mandate_grant`, in acts as `mandate.grant`. */
export function effectKind(kind) {
    return !kind || kind === 'none' ? null : kind.replace('_', '.');
}

export const effectName = (kind) => NAMES[effectKind(kind)] ?? effectKind(kind) ?? 'A resolution, without further effect';

const People = ({ of }) => <>{of.map((each) => <span key={each.member}><Member id={each.member} /> </span>)}</>;

const PrivacyCap = () => <>{privacyCap(useStore((s) => s.coop.bylaws))}</>;

/** An entry's number, and what it opened in words: its row is looked up when it is shown. */
function About({ table, id, say }) {
    const [row, setRow] = useState(null);
    useEffect(() => {
        let stale = false;
        api.table(table).then((rows) => stale || setRow(rows?.find((each) => each.id === id) ?? null), () => stale || setRow(null));
        return () => {
            stale = true;
        };
    }, [table, id]);
    return <><Ref n={id} />{row && <> {say(row)}</>}</>;
}

const Payment = ({ id, currency }) => <About table="payment" id={id} say={(row) => (
    <>{money(row.amount_cents, currency)} to <Text of={row.payee} /> for <Text of={row.purpose} />, asked for by <Member id={row.by} ref={false} /></>)} />;

const Exclusion = ({ id }) => <About table="exclusion" id={id} say={(row) => <>of <Member id={row.member} />, because <Text of={row.reason} /></>} />;

const Licence = ({ id, currency }) => <About table="licence" id={id} say={(row) => (
    <>to <Text of={row.licensee} /> for {money(row.price_cents, currency)}</>)} />;

/** A mandate, by what is trained under it. */
function Mandate({ id }) {
    const row = useStore((s) => s.tables?.mandate.find((each) => each.id === id));
    return <><Ref n={id} />{row && <> to train <Title table="model" id={row.model} /></>}</>;
}

/** What is suspended: the effect of a motion, a mandate, a model or a licence. */
function Automatic({ id, currency }) {
    const sort = useStore((s) => ['motion', 'mandate', 'model'].find((table) => s.tables?.[table].some((row) => row.id === id)) ?? 'licence');
    if (sort === 'mandate')
        return <Mandate id={id} />;
    return sort === 'licence' ? <Licence id={id} currency={currency} /> : <><Ref n={id} /> {sort === 'motion' && 'the effect of '}<Title table={sort} id={id} /></>;
}

const Suspension = ({ id, currency }) => <About table="override" id={id} say={(row) => (
    <>of <Automatic id={row.of} currency={currency} />{!/^0*$/.test(row.reason) && <>, because <Text of={row.reason} /></>}</>)} />;

/** Dates end before the largest number that an act can state. */
const when = (ms) => moment(Math.min(ms, 8.64e15));

const RENDER = {
    'mandate.grant': (what) => [
        ['Model', <><Title table="model" id={what.model} /> <Ref n={what.model} /></>],
        ['Limits', `at most ${plural(what.rounds_max, 'round')} within ${duration(what.duration_s)}`],
        ['Each sum', `over at least ${plural(what.cohort_min, 'member')}; ${plural(what.attest_min, 'attestation')} before the next round`],
        ['Consents', `for ${words(what.purpose)}`],
        ['Data sets', <>{what.datasets.map((each) => <div key={each.dataset}><Title table="dataset" id={each.dataset} /></div>)}</>],
        what.privacy && ['Privacy', noisedSentence(what.privacy)],
        what.privacy && ['Privacy cap', <PrivacyCap />],
        ['Transcripts', <>kept for {duration(what.audit_s ?? 90 * 86400)}, for who takes part{what.auditors && <> and, as auditors,{what.auditors.map((each) => <span key={each.member}> <Ref n={each.member} /></span>)}</>}</>],
        what.release === 'exact_sum' && ['Warning', <strong class="warning">{EXACT_SUM}</strong>],
    ],
    'coop.dissolve': (what) => [
        ['Liquidators', <People of={what.liquidators} />],
        what.successor && ['Merges into', <code>{what.successor}</code>],
    ],
    'liquidators.appoint': (what) => [['Liquidators', <People of={what.members} />]],
    'model.hand_over': (what) => [['Model', <><Title table="model" id={what.model} /> <Ref n={what.model} /></>], ['To', what.to]],
    'mandate.revoke': (what) => [['Mandate', <Mandate id={what.mandate} />]],
    'automation.resume': (what, currency) => [['Suspension', <Suspension id={what.override} currency={currency} />]],
    'automation.suspend': (what, currency) => [['What', <Automatic id={what.of} currency={currency} />]],
    'override.confirm': (what, currency) => [['Suspension', <Suspension id={what.override} currency={currency} />]],
    'model.release': (what, currency) => [
        ['Model', <><Title table="model" id={what.model} /> <Ref n={what.model} /></>],
        ['Made by round', <Ref n={what.round} />],
        ['Price of one use', money(what.price_cents, currency)],
        ['Licence', what.licence],
        what.lesson && ['Lesson, SHA-256', <code>{what.lesson}</code>],
    ],
    'model.retire': (what) => [['Model', <><Title table="model" id={what.model} /> <Ref n={what.model} /></>]],
    'surplus.distribute': (what, currency) => [['Amount', money(what.amount_cents, currency)]],
    'budget.adopt': (what, currency) => [
        ['From', when(what.from)], ['Until', when(what.until)],
        what.allocation != null && ['As divided by the vote', <About table="allocation" id={what.allocation} say={(row) => <Text of={row.title} />} />],
        what.replaces != null && ['In the place of', <Ref n={what.replaces} />],
        what.lines && ['Lines', <>{what.lines.map((line) => <div key={line.name}><Text of={line.name} />: {money(line.amount_cents, currency)}</div>)}</>],
    ],
    'data.license': (what, currency) => [
        ['To', <Text of={what.licensee} />], ['Terms', <Text of={what.terms} />],
        ['Price', money(what.price_cents, currency)], ['Until', when(what.until)],
        ['Data sets', <>{what.datasets.map((each) => <div key={each.dataset}><Title table="dataset" id={each.dataset} /></div>)}</>],
    ],
    'licence.end': (what, currency) => [['Licence', <Licence id={what.licence} currency={currency} />]],
    'payment.approve': (what, currency) => [['Payment', <Payment id={what.payment} currency={currency} />]],
    'election.hold': (what) => [['Organ', `number ${what.organ} of the bylaws’ list`]],
    'office.elect': (what) => [['Who', <Member id={what.member} />], ['Organ', `number ${what.organ} of the bylaws’ list`]],
    'office.recall': (what) => [['Who', <Member id={what.member} />], ['Organ', `number ${what.organ} of the bylaws’ list`]],
    'tellers.appoint': (what) => [['Tellers', <People of={what.members} />], ['For', duration(what.duration_s)]],
    'member.accept': (what) => [['Who', <Member id={what.member} />]],
    'circle.remove': (what) => [['Who', <Member id={what.member} />],
        ['Circle', <About table="circle" id={what.circle} say={(row) => <Text of={row.name} />} />]],
    'share.strike': (what) => [['Who', <Member id={what.member} />], ['Shares', integer(what.shares)]],
    'coop.split': (what, currency) => [
        ['Who', <People of={what.members} />], ['Of the reserve', money(what.reserve_cents, currency)],
        ['To', <code>{what.to}</code>],
    ],
    'member.dismiss': (what) => [['Who', <Member id={what.member} />]],
    'member.exclude': (what) => [['As asked for', <Exclusion id={what.exclusion} />]],
    'bylaws.withdraw': (what) => [['The version', <Ref n={what.of} />]],
    'rules.adopt': (what) => [['New revision', integer(what.revision)]],
    'bylaws.amend': (what) => [
        ['Written against', <Ref n={what.base} />],
        ['Surplus', `${basisPoints(what.text.surplus.members_bp)} to members, ${basisPoints(what.text.surplus.data_bp)} by records, ${basisPoints(what.text.surplus.reserve_bp)} to the reserve`],
    ],
};

export function Effect({ effect }) {
    const currency = useStore((s) => s.coop.bylaws.currency);
    if (!effect)
        return null;
    const render = RENDER[effect.kind];
    return (
        <div class="effect">
            <h4>{effectName(effect.kind)}</h4>
            {render && <Facts rows={render(effect.what, currency)} />}
            {(!render || effect.kind === 'bylaws.amend') && (
                <details><summary>The effect as it stands on the log</summary>
                    <pre tabIndex={0}>{JSON.stringify(effect, null, 2)}</pre></details>)}
        </div>
    );
}
