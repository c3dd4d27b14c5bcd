import { render } from 'preact';
import { App } from './app.tsx';
import { takeKeyFromAddress } from './session/key.ts';

takeKeyFromAddress();
const root = document.querySelector('#app');
if (root !== null) render(<App />, root);
