/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* motions.jsx - open motions with their tallies, and what was decided. */
import { useEffect, useState } from 'preact/hooks';
import * as api from './api.js';
import { argumentsOn, decisionRule, motionStanding, splitMotions, suspensionOf, tally, withProxied } from './derive.js';
import { basisPoints, duration, integer, percent, plural, words } from './format.js';
import { useStore } from './store.js';
import { Effect, effectName } from './effects.jsx';
import { Badge, Empty, Member, More, Ref, Section, Text, When } from './parts.jsx';

const TONES = { open: 'wait', adopted: 'good', rejected: 'bad', no_quorum: 'bad', withdrawn: 'plain', void: 'bad', held: 'wait', suspended: 'bad', overridden: 'bad', undone: 'bad', called_off: 'plain' };
const STATES = { no_quorum: 'no quorum', void: 'adopted, void', held: 'adopted, held', suspended: 'adopted, suspended' };
const SHOWN = 6;
const ARGUMENTS_SHOWN = 10;
const STANCES = { for: 'yes', against: 'no', neither: 'abstain' };

/** The time left, counting down by the second; the deadline itself takes effect at the hub's next entry. */
function Countdown({ closes }) {
    const [now, setNow] = useState(Date.now());
    useEffect(() => {
        const timer = setInterval(() => setNow(Date.now()), 1000);
        return () => clearInterval(timer);
    }, []);
    const left = (closes - now) / 1000;
    return <span role="timer" class="countdown">{left > 0 ? `closes in ${duration(left + 0.999)}` : 'closing now'}</span>;
}

function Bar({ motion, counted }) {
    const label = `${plural(motion.yes, 'vote')} for, ${motion.no} against, ${motion.abstain} abstain, of ${motion.electorate} who may vote; quorum ${counted.quorum}`;
    const part = (name) => <span class={`part ${name}`} style={{ width: `${counted[name] * 100}%` }} />;
    return (
        <div class="tally" role="img" aria-label={label}>
            <div class="bar">{part('yes')}{part('no')}{part('abstain')}</div>
            {counted.quorum > 0 && <span class="quorum" style={{ left: `${Math.min(100, counted.line * 100)}%` }} />}
        </div>
    );
}

/** An open motion with the votes by proxy that its closing would count now; they are asked for only while somebody has given any. */
function useProxied(motion) {
    const entries = useStore((s) => (s.coop?.coop?.proxy_first > 0 ? s.coop.entries : 0));
    const [proxied, setProxied] = useState(null);
    useEffect(() => {
        let stale = false;
        if (entries > 0)
            api.motion(motion.id).then((answer) => stale || setProxied(answer.proxied), () => {});
        return () => {
            stale = true;
        };
    }, [motion.id, entries]);
    return withProxied(motion, entries > 0 ? proxied : null);
}

function Votes({ motion, rule }) {
    const organ = motion.body === 'organ';
    const counted = tally(motion, organ ? undefined : rule);
    const apart = counted.quorum > 0 && motion.unlimited > 0 && motion.unlimited < motion.electorate;
    return (
        <>
            <Bar motion={motion} counted={counted} />
            <p class="counts">
                <span class="key yes">{integer(motion.yes)} for</span>
                <span class="key no">{integer(motion.no)} against</span>
                <span class="key abstain">{integer(motion.abstain)} abstain</span>
                {motion.by_proxy > 0 && <span class="proxied">{integer(motion.by_proxy)} of them by proxy</span>}
                {organ ? null : <span class="key threshold">quorum {integer(counted.quorum)} of {integer(motion.electorate)}{counted.quorumMet && !apart ? ', met' : ''}</span>}
            </p>
            {organ ? <p class="note">The officers of an organ decide{motion.urgent && ', and act at once when more than half of them are for it'}.</p>
                : <p class="note">{percent(counted.turnout)} have voted. It takes a majority ({words(counted.majority)})
                {' '}and a quorum of {basisPoints(counted.quorumBp)}{motion.sort === 'ordinary' ? '' : ` (a ${motion.sort} motion)`}.
                {apart && ` As large a share of the ${integer(motion.unlimited)} whose class has no ceiling of votes must take part, too.`}
                {motion.sort === 'protected' && motion.settled_from > 0 && ` It takes that majority among the settled members too: ${integer(motion.settled_yes)} of them for, ${integer(motion.settled_no)} against, and against it also whoever was excluded lately.`}
                {motion.ratify > 0 && ' An organ has acted urgently: its act is ratified, or undone.'}
                {motion.organ_1 > 0 && motion.ratify === 0 && ' Its organ could not decide.'}</p>}
        </>
    );
}

function Ballots({ motion }) {
    const ballots = useStore((s) => s.tables.ballot);
    const withheld = useStore((s) => s.withheld.includes('ballot'));
    const own = ballots.filter((row) => row.motion === motion.id && !(row.cast < motion.since));
    if (withheld)
        return <p class="note">Who voted how is for members.</p>;
    if (own.length === 0)
        return <p class="note">Nobody has voted yet.</p>;
    return <ul class="ballots">{own.map((row) => (
        <li key={row.member}><span class={`key ${row.choice}`}><Member id={row.member} ref={false} />: {words(row.choice)}</span> <Ref n={row.cast} /></li>))}
        {motion.by_proxy > 0 && <li>{integer(motion.by_proxy)} more by proxy</li>}</ul>;
}

function Argument({ row, all }) {
    const answered = all.find((each) => each.id === row.answers);
    return (
        <li data-argument={row.id}>
            <p class="by"><span class={`key ${STANCES[row.stance]}`}><Member id={row.member} ref={false} />: {row.stance === 'neither'
                ? 'on neither side' : row.stance}</span> <Ref n={row.id} />
                {answered && <>, answering <Member id={answered.member} ref={false} /> <Ref n={answered.id} /></>}</p>
            <blockquote><Text of={row.text} /></blockquote>
        </li>
    );
}

function Arguments({ motion }) {
    const [all, setAll] = useState(false);
    const rows = useStore((s) => argumentsOn(s.tables.argument, motion.id));
    const withheld = useStore((s) => s.withheld.includes('argument'));
    const shown = all ? rows : rows.slice(0, ARGUMENTS_SHOWN);
    if (withheld)
        return <p class="note">What members argue is for members.</p>;
    return (
        <>
            {rows.length === 0 ? <p class="note">Nobody has argued on it{motion.state === 'open' && ' yet'}.</p>
                : <ul class="arguments">{shown.map((row) => <Argument key={row.id} row={row} all={rows} />)}</ul>}
            <More shown={shown.length} total={rows.length} onAll={() => setAll(true)} />
            {motion.state === 'open' && <p class="note">A member argues with <code class="wrap">sheaf argument give --matter {motion.id} --stance
                for --text “…”</code></p>}
        </>
    );
}

function Body({ motion }) {
    const [full, setFull] = useState(null);
    const [fault, setFault] = useState(null);
    useEffect(() => {
        let stale = false;
        api.motion(motion.id).then((answer) => stale || setFull(answer), (error) => stale || setFault(error.message));
        return () => {
            stale = true;
        };
    }, [motion.id]);
    return (
        <>
            {/^0*$/.test(motion.reason ?? '') ? null : <blockquote><Text of={motion.reason} /></blockquote>}
            {fault && <p class="note bad">{`The effect could not be read: ${fault}.`}</p>}
            {full && <Effect effect={full.effect} />}
            <h4>Arguments</h4>
            <Arguments motion={motion} />
            <h4>Ballots</h4>
            <Ballots motion={motion} />
        </>
    );
}

function OpenMotion({ motion: row, rule }) {
    const motion = useProxied(row);
    return (
        <li class="card motion" data-motion={motion.id}>
            <div class="cardhead"><h3><Text of={motion.title} /> <Ref n={motion.id} /></h3><Countdown closes={motion.closes} /></div>
            <p class="by">Opened by <Member id={motion.by} ref={false} /> · {effectName(motion.effect)} · closes <When ms={motion.closes} /></p>
            <Votes motion={motion} rule={rule} />
            <Body motion={motion} />
        </li>
    );
}

function Decided({ motion, rule }) {
    const [open, setOpen] = useState(false);
    const suspensions = useStore((s) => s.tables.suspension);
    const standing = motionStanding(motion, suspensions);
    return (
        <li class="motion" data-motion={motion.id}>
            <details onToggle={(event) => setOpen(event.currentTarget.open)}>
                <summary>
                    <span class="title"><Text of={motion.title} /></span>
                    <Badge tone={TONES[standing]}>{STATES[standing] ?? words(standing)}</Badge>
                    <span class="score">{integer(motion.yes)} : {integer(motion.no)}{motion.abstain > 0 && `, ${motion.abstain} abstain`}</span>
                </summary>
                {open && (
                    <div class="inside">
                        <p class="by">Opened by <Member id={motion.by} ref={false} />, <When ms={motion.opened} />, entry <Ref n={motion.id} />;
                            settled by entry <Ref n={motion.decided} />{motion.acted !== motion.decided && motion.state === 'adopted' && motion.acted > 0
                                && <>; its effect took place by entry <Ref n={motion.acted} /></>}{motion.state === 'void' && `; its effect was refused (code ${motion.refusal})`}
                            {motion.state === 'held' && (standing === 'suspended' ? <>; its effect is held and suspended,
                                by <Ref n={suspensionOf(suspensions, motion.id).override} /></> : '; its effect is held')}.</p>
                        <Votes motion={motion} rule={rule} />
                        <Body motion={motion} />
                    </div>)}
            </details>
        </li>
    );
}

export function Motions() {
    const tables = useStore((s) => s.tables);
    const [all, setAll] = useState(false);
    const { open, decided } = splitMotions(tables.motion);
    const ruleOf = (motion) => decisionRule(tables.decision, motion.bylaws, motion.sort);
    const shown = all ? decided : decided.slice(0, SHOWN);
    return (
        <Section id="motions" title="Motions" of="motion">
            <h3 class="sub">Open</h3>
            {open.length === 0 ? <Empty>No motion is open. Whoever has a vote can open one.</Empty>
                : <ul class="cards">{open.map((row) => <OpenMotion key={row.id} motion={row} rule={ruleOf(row)} />)}</ul>}
            <h3 class="sub">Decided</h3>
            {decided.length === 0 ? <Empty>Nothing has been decided yet.</Empty>
                : <ul class="list">{shown.map((row) => <Decided key={row.id} motion={row} rule={ruleOf(row)} />)}</ul>}
            <More shown={shown.length} total={decided.length} onAll={() => setAll(true)} />
        </Section>
    );
}
