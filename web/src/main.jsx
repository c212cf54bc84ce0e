/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* main.jsx - starts the page. */
import { render } from 'preact';
import { App } from './app.jsx';
import { startLive } from './live.js';
import './app.css';

const root = document.getElementById('app');
root.textContent = '';
render(<App />, root);
startLive();
