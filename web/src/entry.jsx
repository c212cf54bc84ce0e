/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* entry.jsx - one entry of the log, opened: its words, its JSON and its inclusion proof. */
import { useEffect, useState } from 'preact/hooks';
import * as api from './api.js';
import { hasCrypto } from './bytes.js';
import { moment, plural, sentence, short } from './format.js';
import { textFields } from './kinds.js';
import { verifyEntry } from './proof.js';
import { getState } from './store.js';
import { Facts, Text } from './parts.jsx';

const MARKS = { true: ['good', '✓', 'holds'], false: ['bad', '✗', 'fails'], null: ['wait', '–', 'not checked'] };

function Check({ ok, text }) {
    const [tone, mark, word] = MARKS[String(ok)];
    return <li class={tone}><span class="tick" aria-label={word}>{mark}</span> {text}</li>;
}

function Path({ result }) {
    return (
        <details><summary>The path, {plural(result.steps.length, 'hash', 'hashes')}</summary>
            <ol class="path">
                <li><span>leaf</span> <code title={result.leaf}>{result.leaf}</code></li>
                {result.steps.map((step, i) => (
                    <li key={i}><span>with its {step.side} neighbour <code title={step.sibling}>{short(step.sibling)}</code></span>
                        {' '}<code title={step.result}>{step.result}</code></li>))}
            </ol>
        </details>
    );
}

function Proof({ entry, index }) {
    const [result, setResult] = useState(null);
    const [fault, setFault] = useState(null);
    const [again, setAgain] = useState(0);
    useEffect(() => {
        let stale = false;
        setFault(null);
        if (!hasCrypto())
            return setFault('this browser offers its cryptography only over https or on localhost');
        api.proof(index).then((proof) => verifyEntry(entry, proof, getState().coop.coop, index))
            .then((value) => stale || setResult(value), (error) => stale || setFault(error.message));
        return () => {
            stale = true;
        };
    }, [index, again]);
    const failed = result && !result.ok;
    return (
        <div class="proof" aria-live="polite" data-proof={result ? (result.ok ? 'ok' : 'failed') : 'none'}>
            <h4>{!result ? 'Inclusion proof' : failed ? 'The proof fails' : 'Included in the log, checked in this browser'}</h4>
            {fault && <p class="note bad">{`Not checked: ${fault}.`}</p>}
            {!result && !fault && <p class="note" aria-busy="true">Checking…</p>}
            {result && <ul class="checks">{result.checks.map((check) => <Check key={check.text} {...check} />)}</ul>}
            {result && <Path result={result} />}
            <p><button type="button" onClick={() => setAgain(again + 1)}>Check again, against the latest checkpoint</button></p>
        </div>
    );
}

export function Entry({ item }) {
    const { entry, index, leaf } = item;
    const texts = textFields(entry?.act.what);
    return (
        <div class="entry" id={`entry-${index}-body`}>
            {entry ? (
                <>
                    <Facts rows={[
                        ['Entered', moment(entry.stamp)],
                        ['Kind', <code>{entry.act.kind}</code>],
                        ...texts.map(([name, value]) => [sentence(name), <Text of={value} />]),
                        ['Leaf', <code class="wrap">{leaf}</code>],
                    ]} />
                    <details open><summary>The entry as JSON</summary><pre tabIndex={0}>{JSON.stringify(entry, null, 2)}</pre></details>
                </>
            ) : <p class="note">This entry is for members; the public sees its hash: <code class="wrap">{leaf}</code></p>}
            <Proof entry={entry} index={index} />
        </div>
    );
}
