import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { App } from './app';
import { startRouter } from './router';

startRouter();
const root = document.getElementById('app');
if (root) render(<App />, root);
